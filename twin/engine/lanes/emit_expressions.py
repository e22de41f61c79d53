"""Nodes of the graph as straight-line code: each once, in the order of need."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from twin.engine.graph.expression_graph import Graph
from twin.engine.graph.nodes import Node, Op
from twin.engine.lanes.llvm_writer import Writer

# Reads a leaf: an operation (HELD, STATE or TIME) and its place.
Leaf = Callable[[Op, int], str]

_ROUNDING = {Op.FLOOR: "floor", Op.CEIL: "ceil", Op.SQRT: "sqrt", Op.ABS: "fabs"}


class Emitter:
    """Writes nodes into one function.

    leaf      how HELD, STATE and TIME are read
    hoisted   nodes that are read from memory instead of computed
    """

    def __init__(
        self,
        writer: Writer,
        graph: Graph,
        leaf: Leaf,
        hoisted: Mapping[Node, Callable[[], str]] | None = None,
    ) -> None:
        self.w, self.graph, self._leaf = writer, graph, leaf
        self._hoisted = hoisted or {}
        self._written: dict[Node, str] = {}
        self._uses: Counter[Node] = Counter()
        self._counted: set[Node] = set()
        self._logarithms: dict[tuple[Node, bool], str] = {}

    def expect(self, nodes: Iterable[Node]) -> None:
        """Count uses below `nodes`: a product that is used once melts into its sum."""
        waiting = list(nodes)
        self._uses.update(waiting)
        while waiting:
            node = waiting.pop()
            if node in self._counted or node in self._hoisted:
                continue
            self._counted.add(node)
            children = self.graph.children(node)
            self._uses.update(children)
            waiting.extend(children)

    def emit(self, node: Node) -> str:
        """The name of a node's value (of a condition: of its mask)."""
        waiting = [node]
        while waiting:
            current = waiting[-1]
            if current in self._written:
                waiting.pop()
                continue
            missing = [c for c in self._needed(current) if c not in self._written]
            if missing:
                waiting.extend(reversed(missing))
            else:
                self._written[current] = self._instruction(current)
                waiting.pop()
        return self._written[node]

    def _needed(self, node: Node) -> list[Node]:
        """What must be written before a node."""
        if node in self._hoisted:
            return []
        op, args = self.graph.op[node], self.graph.args[node]
        if op is Op.SUM:
            pairs = [(c, part) for c, part in args]
            needed = [c for c, _ in pairs]
            parts = [part for _, part in pairs]
        elif op is Op.PRODUCT:
            needed, parts = [], [factor for factor, _ in args]
        else:
            return list(self.graph.children(node))
        for part in parts:
            needed += self._needed(part) if self._melts(part) else [part]
        return needed

    def _melts(self, node: Node) -> bool:
        """Products and quotients with one user, a sum or product, are written there."""
        return (
            self._uses[node] == 1
            and self.graph.op[node] in {Op.PRODUCT, Op.RECIPROCAL}
            and node not in self._hoisted
            and node not in self._written
        )

    def _name(self, node: Node) -> str:
        return self._written[node]

    def _instruction(self, node: Node) -> str:
        if node in self._hoisted:
            return self._hoisted[node]()
        w, op, args = self.w, self.graph.op[node], self.graph.args[node]
        match op:
            case Op.NUMBER:
                value = self.graph.value(node)
                return w.real(math.nan if value is None else value)
            case Op.HELD | Op.STATE:
                return self._leaf(op, args[0])
            case Op.TIME:
                return self._leaf(op, 0)
            case Op.SUM:
                return self._sum(args)
            case Op.PRODUCT:
                return self._product(node, None)
            case Op.RECIPROCAL:
                return self._product(node, None)
            case Op.QUOTIENT if args[1] == self.graph.one:
                return self._name(args[0])
            case Op.QUOTIENT:
                return w.divide(*(self._name(a) for a in args))
            case Op.POWER:
                return self._power(*args)
            case Op.EXP:
                return self._function("exp", self._name(args[0]))
            case Op.LOG:
                return self._log(args[0])
            case Op.PARITY:
                return self._parity(self._name(args[0]))
            case Op.CALL:
                return self._call(args[0], self._name(args[1]))
            case Op.SELECT:
                return w.select(*(self._name(a) for a in args))
        if op in _ROUNDING:
            return w.intrinsic(_ROUNDING[op], self._name(args[0]))
        return self._condition(op, args)

    # ------------------------------------------------------------ arithmetic

    def _sum(self, terms: tuple[tuple[Node, Node], ...]) -> str:
        """A chain of multiply-adds, begun with the constant."""
        one = self.graph.one
        constant = [self._name(c) for c, part in terms if part == one]
        total = constant[0] if constant else None
        for coefficient, part in terms:
            if part == one:
                continue
            total = self._plus(total, coefficient, part)
        assert total is not None  # a sum has terms
        return total

    def _plus(self, total: str | None, coefficient: Node, part: Node) -> str:
        w = self.w
        value = self.graph.value(coefficient)
        if value is not None and abs(value) == 1.0:
            if self._melts(part) and total is not None and value == 1.0:
                return self._product(part, total)
            term = self._product(part, None) if self._melts(part) else self._name(part)
            if total is None:
                return term if value == 1.0 else w.negate(term)
            return w.add(total, term) if value == 1.0 else w.subtract(total, term)
        term = self._product(part, None) if self._melts(part) else self._name(part)
        if total is None:
            return w.multiply(self._name(coefficient), term)
        return w.multiply_add(self._name(coefficient), term, total)

    def _product(self, node: Node, total: str | None) -> str:
        """A product, as one quotient where its reciprocals have no other user.

        With `total`, the product plus that.
        """
        w = self.w
        above, below = self._factors(node)
        if not below:
            *front, last = above
            if total is not None and front:
                return w.multiply_add(self._chain(front), last, total)
            value = self._chain(above)
        else:
            value = w.divide(
                self._chain(above) if above else w.real(1.0), self._chain(below)
            )
        return value if total is None else w.add(total, value)

    def _factors(self, node: Node) -> tuple[list[str], list[str]]:
        """Names above and below the line."""
        graph = self.graph
        if graph.op[node] is Op.RECIPROCAL:
            return [], [self._name(graph.args[node][0])]
        above: list[str] = []
        below: list[str] = []
        for factor, times in graph.args[node]:
            if self._melts(factor):
                up, down = self._factors(factor)
            else:
                up, down = [self._name(factor)], []
            above += [self._raised(name, times) for name in up]
            below += [self._raised(name, times) for name in down]
        return above, below

    def _chain(self, names: list[str]) -> str:
        value = names[0]
        for name in names[1:]:
            value = self.w.multiply(value, name)
        return value

    def _raised(self, name: str, times: int) -> str:
        """name^times by squaring."""
        value: str | None = None
        square = name
        while times:
            if times & 1:
                value = square if value is None else self.w.multiply(value, square)
            times >>= 1
            if times:
                square = self.w.multiply(square, square)
        assert value is not None  # times is at least 1
        return value

    # ------------------------------------------------------------ functions

    def _function(self, name: str, x: str) -> str:
        vector = self.w.lanes.vector
        return self.w.let(f"call {vector} @{name}_lanes({vector} {x})")

    def _log(self, node: Node, *, of_size: bool = False) -> str:
        """ln x, or ln |x|; each once."""
        key = (node, of_size)
        if key not in self._logarithms:
            x = self._name(node)
            size = self.w.intrinsic("fabs", x) if of_size else x
            self._logarithms[key] = self._function("log", size)
        return self._logarithms[key]

    def _power(self, base: Node, exponent: Node, sign: Node, at_zero: Node) -> str:
        """exp(e ln|b|), with its sign below 0 and its value at 0."""
        w, zero = self.w, self.w.real(0.0)
        b = self._name(base)
        positive = w.compare("ogt", b, zero)
        nowhere = self.graph.value(sign) == 0.0 and self.graph.value(at_zero) == 0.0
        # Where the base is not above 0 and only 0 follows, its logarithm may be NaN.
        logarithm = self._log(base, of_size=not nowhere)
        power = self._function("exp", w.multiply(self._name(exponent), logarithm))
        if nowhere:
            missing = w.compare("uno", b, b)
            return w.select(positive, power, w.select(missing, b, zero))
        mirrored = w.multiply(power, self._name(sign))
        below = w.select(w.compare("olt", b, zero), mirrored, self._name(at_zero))
        missing = w.compare("uno", b, b)
        return w.select(positive, power, w.select(missing, b, below))

    def _parity(self, x: str) -> str:
        """+1 for even, -1 for odd, 0 for what is not whole."""
        w = self.w
        whole = w.compare("oeq", x, w.intrinsic("rint", x))
        half = w.multiply(x, w.real(0.5))
        even = w.compare("oeq", half, w.intrinsic("rint", half))
        sign = w.select(even, w.real(1.0), w.real(-1.0))
        return w.select(whole, sign, w.real(0.0))

    def _call(self, name: str, x: str) -> str:
        """A function of the C library, lane by lane, in double."""
        w, lanes = self.w, self.w.lanes
        result = "zeroinitializer"
        for lane in range(lanes.width):
            item = w.let(f"extractelement {lanes.vector} {x}, i64 {lane}")
            if lanes.real == "float":
                item = w.let(f"fpext float {item} to double")
            item = w.let(f"call double @{name}(double {item})")
            if lanes.real == "float":
                item = w.let(f"fptrunc double {item} to float")
            result = w.let(
                f"insertelement {lanes.vector} {result}, {lanes.real} {item}, "
                f"i64 {lane}"
            )
        return result

    # ------------------------------------------------------------ conditions

    def _condition(self, op: Op, args: tuple[Node, ...]) -> str:
        w = self.w
        match op:
            case Op.TRUTH:
                item = ", ".join([f"i1 {str(args[0]).lower()}"] * w.lanes.width)
                return f"<{item}>"
            case Op.LESS:
                return w.compare("olt", *(self._name(a) for a in args))
            case Op.EQUAL:
                return w.compare("oeq", *(self._name(a) for a in args))
            case Op.NOT:
                return w.opposite(self._name(args[0]))
        join = w.both if op is Op.AND else w.either
        value = self._name(args[0])
        for other in args[1:]:
            value = join(value, self._name(other))
        return value
