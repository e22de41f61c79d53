"""Rosenbrock methods: tableaux with their papers, and what a step needs of them.

A step of size h solves one linear system a stage, all with the same matrix
W = I/(γh) - J (the form of Hairer & Wanner 1996, Solving ODEs II, section IV.7, that
needs no product with J):

    u_i   = y + Σ_j a_ij k_j
    W k_i = f(t + c_i h, u_i) + Σ_j (C_ij/h) k_j + d_i h ∂f/∂t
    y'    = y + Σ_i b_i k_i          error = Σ_i e_i k_i
"""

from dataclasses import dataclass

Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tableau:
    """The numbers of one method; `order` of the solution, `error_order` of the other.

    l_stable  whether what decays fast is gone after one step, however long
    """

    name: str
    order: int
    error_order: int
    l_stable: bool
    gamma: float
    a: tuple[Row, ...]
    c_matrix: tuple[Row, ...]
    nodes: Row
    slopes: Row
    weights: Row
    error: Row

    @property
    def n_stages(self) -> int:
        """How many systems a step solves."""
        return len(self.weights)

    def shares_point(self, stage: int) -> bool:
        """Whether a stage stands where the one before does: f is known there."""
        return (
            stage > 0
            and self.nodes[stage] == self.nodes[stage - 1]
            and _padded(self.a[stage]) == _padded(self.a[stage - 1])
        )

    def continues(self, stage: int) -> bool:
        """Whether u of a stage is u of the one before plus that one's k."""
        if stage == 0:
            return False
        before = (*_filled(self.a[stage - 1], stage - 1), 1.0)
        row = self.weights if stage == self.n_stages else self.a[stage]
        return _filled(row, stage) == before


def _padded(row: Row) -> Row:
    """Without the zeros at its end."""
    filled = list(row)
    while filled and filled[-1] == 0.0:
        filled.pop()
    return tuple(filled)


def _filled(row: Row, length: int) -> Row:
    return (*row[:length], *[0.0] * (length - len(row)))


# van Veldhuizen (1984) Computing 32:229, his method D, in the form of Hairer & Wanner.
# Four stages, three of them with an f of their own; A(89°)-stable, not L-stable.
VELDD4 = Tableau(
    name="Veldd4",
    order=4,
    error_order=3,
    l_stable=False,
    gamma=0.2257081148225682,
    a=(
        (),
        (2.0,),
        (4.812234362695436, 4.578146956747842),
        (4.812234362695436, 4.578146956747842, 0.0),
    ),
    c_matrix=(
        (),
        (-5.333333333333331,),
        (6.100529678848254, 1.804736797378427),
        (-2.540515456634749, -9.443746328915205, -1.988471753215993),
    ),
    nodes=(0.0, 0.4514162296451364, 0.8755928946018455, 0.8755928946018455),
    slopes=(
        0.2257081148225682,
        -0.04599403502680582,
        0.5177590504944076,
        -0.03805623938054428,
    ),
    weights=(
        4.289339254654537,
        5.036098482851414,
        0.6085736420673917,
        1.355958941201148,
    ),
    error=(
        2.175672787531755,
        2.950911222575741,
        -0.7859744544887430,
        -1.355958941201148,
    ),
)

# Hairer & Wanner (1996) Solving ODEs II, section VI.4: RODAS. Stiffly accurate.
RODAS4 = Tableau(
    name="Rodas4",
    order=4,
    error_order=3,
    l_stable=True,
    gamma=0.25,
    a=(
        (),
        (1.544,),
        (0.9466785280815826, 0.2557011698983284),
        (3.314825187068521, 2.896124015972201, 0.9986419139977817),
        (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950),
        (
            1.221224509226641,
            6.019134481288629,
            12.53708332932087,
            -0.6878860361058950,
            1.0,
        ),
    ),
    c_matrix=(
        (),
        (-5.6688,),
        (-2.430093356833875, -0.2063599157091915),
        (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
        (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160),
        (
            8.083246795921522,
            -7.981132988064893,
            -31.52159432874371,
            16.31930543123136,
            -6.058818238834054,
        ),
    ),
    nodes=(0.0, 0.386, 0.21, 0.63, 1.0, 1.0),
    slopes=(0.25, -0.1043, 0.1035, -0.03620000000000023, 0.0, 0.0),
    weights=(
        1.221224509226641,
        6.019134481288629,
        12.53708332932087,
        -0.6878860361058950,
        1.0,
        1.0,
    ),
    error=(0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
)

# Steinebach (2023) BIT Numerical Mathematics 63:27. Stiffly accurate, of order 5 also
# for what is driven by a fast outer function.
RODAS5P = Tableau(
    name="Rodas5P",
    order=5,
    error_order=4,
    l_stable=True,
    gamma=0.21193756319429014,
    a=(
        (),
        (3.0,),
        (2.849394379747939, 0.45842242204463923),
        (-6.954028509809101, 2.489845061869568, -10.358996098473584),
        (
            2.8029986275628964,
            0.5072464736228206,
            -0.3988312541770524,
            -0.04721187230404641,
        ),
        (
            -7.502846399306121,
            2.561846144803919,
            -11.627539656261098,
            -0.18268767659942256,
            0.030198172008377946,
        ),
        (
            -7.502846399306121,
            2.561846144803919,
            -11.627539656261098,
            -0.18268767659942256,
            0.030198172008377946,
            1.0,
        ),
        (
            -7.502846399306121,
            2.561846144803919,
            -11.627539656261098,
            -0.18268767659942256,
            0.030198172008377946,
            1.0,
            1.0,
        ),
    ),
    c_matrix=(
        (),
        (-14.155112264123755,),
        (-17.97296035885952, -2.859693295451294),
        (147.12150275711716, -1.41221402718213, 71.68940251302358),
        (
            165.43517024871676,
            -0.4592823456491126,
            42.90938336958603,
            -5.961986721573306,
        ),
        (
            24.854864614690072,
            -3.0009227002832186,
            47.4931110020768,
            5.5814197821558125,
            -0.6610691825249471,
        ),
        (
            30.91273214028599,
            -3.1208243349937974,
            77.79954646070892,
            34.28646028294783,
            -19.097331116725623,
            -28.087943162872662,
        ),
        (
            37.80277123390563,
            -3.2571969029072276,
            112.26918849496327,
            66.9347231244047,
            -40.06618937091002,
            -54.66780262877968,
            -9.48861652309627,
        ),
    ),
    nodes=(
        0.0,
        0.6358126895828704,
        0.4095798393397535,
        0.9769306725060716,
        0.4288403609558664,
        1.0,
        1.0,
        1.0,
    ),
    slopes=(
        0.21193756319429014,
        -0.42387512638858027,
        -0.3384627126235924,
        1.8046452872882734,
        2.325825639765069,
        0.0,
        0.0,
        0.0,
    ),
    weights=(
        -7.502846399306121,
        2.561846144803919,
        -11.627539656261098,
        -0.18268767659942256,
        0.030198172008377946,
        1.0,
        1.0,
        1.0,
    ),
    error=(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
)

TABLEAUX = {tableau.name: tableau for tableau in (VELDD4, RODAS4, RODAS5P)}
