"""From equations to courses: how a model is run, and where to begin reading.

`simulate` is the one entry: a model, an ensemble and regimens become a prediction.  The
engine that integrates is an argument: `compiled`, or `reference` (libroadrunner), the
referee.  What the compiled engine does with SBML, one idea a file, in this order:

    twin.sbml.equation_reader   SBML to names and formulas; what is lacking is refused
    graph.definitions           what each name stands for: integrated, held, computed
    graph.expression_graph      expressions written once (nodes, algebra)
    graph.vector_field          dy/dt and y(0) as nodes
    graph.differentiation       the Jacobian, exact and sparse
    graph.hoisting              what depends on the patient only, once a patient
    graph.sparse_lu             the order of elimination, before any number is known
    lanes.rosenbrock            tableaux, with their papers
    lanes.emit_model            rates, matrix, elimination as straight-line code
    lanes.emit_step             one step; `emit_control` judges it
    lanes.emit_loop             every lane at its own time, with its own step
    lanes.emit_lines, _attend   doses, changes, records; the next patient into a lane
    lanes.emit_observe          outputs from recorded states
    lanes.machine               LLVM's text to machine code; `object_cache` keeps it
    schedule, programme         a regimen as break points, and as a lane's lines
    ensemble                    all draws, threads over chunks, a status a draw
    standing_question           all but the values settled, for who asks again and again

Learning asks thousands of times, at one set of regimens: `prepared_courses` (values of
rows) and `slopes` (derivatives along directions, on one sequence of steps).

Beside them: `modes` (how exactly), `events` (what SBML means by them), `sensitivity`
(slopes by single parameters), `summaries` (ensembles too large to hold), `shards`
(many machines), `gpu` (the same text, a thread a draw), `surrogate` (a network for
sliders, with its bound).
"""
