"""Infix, in Python's grammar, to MathML.

x if x > 1 else 0    piecewise with one piece and an otherwise
1 < x < 3            one n-ary relation
plus(a, b, c)        the operator of that name, with any number of arguments
f(x)                 otherwise a call of the function definition f
rational(2, 3), enotation(1.5, -3), root(3, x), log(2, x), rateOf(x), delay(x, 1)
"""

import ast

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_SYMBOLS = "http://www.sbml.org/sbml/symbols/"
_CONSTANTS = frozenset({"pi", "exponentiale", "true", "false", "infinity"})
_BINARY = {
    ast.Add: "plus",
    ast.Sub: "minus",
    ast.Mult: "times",
    ast.Div: "divide",
    ast.Pow: "power",
}
_RELATIONS = {
    ast.Eq: "eq",
    ast.NotEq: "neq",
    ast.Lt: "lt",
    ast.Gt: "gt",
    ast.LtE: "leq",
    ast.GtE: "geq",
}
_ARCS = frozenset(
    f"{arc}{name}{end}"
    for arc in ("", "arc")
    for name in ("sin", "cos", "tan", "sec", "csc", "cot")
    for end in ("", "h")
)
_OPERATORS = (
    _ARCS
    | {*_BINARY.values(), *_RELATIONS.values()}
    | {"abs", "exp", "ln", "floor", "ceiling", "factorial", "xor", "log", "root"}
    | {"max", "min", "quotient", "rem", "implies"}
)
_CAPITALS = {"And": "and", "Or": "or", "Not": "not"}  # Python keeps the small ones


def mathml(infix: str) -> str:
    """The formula, or the function written as `lambda x: ...`, as a <math> element."""
    body = _of(ast.parse(infix, mode="eval").body)
    return f'<math xmlns="{_NAMESPACE}">{body}</math>'


def _of(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=bool(truth)):
            return "<true/>" if truth else "<false/>"
        case ast.Constant(value=int(number)):
            return f'<cn type="integer"> {number} </cn>'
        case ast.Constant(value=float(number)):
            return f"<cn> {number!r} </cn>"
        case ast.Name(id=name):
            return _name(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _apply("minus", _of(operand))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _apply("not", _of(operand))
        case ast.BinOp(left=left, op=op, right=right):
            return _apply(_BINARY[type(op)], _of(left), _of(right))
        case ast.BoolOp(op=op, values=values):
            word = "and" if isinstance(op, ast.And) else "or"
            return _apply(word, *map(_of, values))
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            (relation,) = {_RELATIONS[type(op)] for op in ops}
            return _apply(relation, *map(_of, (left, *comparators)))
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            return _piecewise([_of(body), _of(test), _of(otherwise)])
        case ast.Lambda(args=arguments, body=body):
            bound = "".join(f"<bvar>{_name(a.arg)}</bvar>" for a in arguments.args)
            return f"<lambda>{bound}{_of(body)}</lambda>"
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _call(name, arguments)
    raise ValueError(ast.dump(node))


def _name(name: str) -> str:
    if name in {"time", "avogadro"}:
        return _symbol(name)
    return f"<{name}/>" if name in _CONSTANTS else f"<ci> {name} </ci>"


def _symbol(name: str) -> str:
    url = f"{_SYMBOLS}{name}"
    return f'<csymbol encoding="text" definitionURL="{url}"> {name} </csymbol>'


def _apply(operator: str, *arguments: str) -> str:
    return f"<apply><{operator}/>{''.join(arguments)}</apply>"


def _call(name: str, nodes: list[ast.expr]) -> str:
    if name in {"rational", "enotation"}:
        kind = {"rational": "rational", "enotation": "e-notation"}[name]
        first, second = (ast.unparse(node) for node in nodes)
        return f'<cn type="{kind}"> {first} <sep/> {second} </cn>'
    arguments = list(map(_of, nodes))
    if name == "piecewise":
        return _piecewise(arguments)
    if name in {"rateOf", "delay"}:
        return f"<apply>{_symbol(name)}{''.join(arguments)}</apply>"
    if name in {"root", "log"} and len(arguments) == 2:
        qualifier = {"root": "degree", "log": "logbase"}[name]
        first, second = arguments
        return _apply(name, f"<{qualifier}>{first}</{qualifier}>", second)
    if name in _OPERATORS or name in _CAPITALS:
        return _apply(_CAPITALS.get(name, name), *arguments)
    return f"<apply><ci> {name} </ci>{''.join(arguments)}</apply>"


def _piecewise(arguments: list[str]) -> str:
    """Value, condition, value, condition, ..., and perhaps an otherwise."""
    pairs = zip(arguments[::2], arguments[1::2], strict=False)
    pieces = "".join(f"<piece>{value}{condition}</piece>" for value, condition in pairs)
    if len(arguments) % 2:
        pieces += f"<otherwise>{arguments[-1]}</otherwise>"
    return f"<piecewise>{pieces}</piecewise>"
