"""How much of the spread of a patient's answer each of its causes carries.

`pick_freeze`   indices from picks that are whole: a joint draw is one factor
`sobol_design`  the same by SALib, which takes numbers that are independent
`dependent`     groups of parameters that are known only together
`patient`       one patient as a function of all that is not known of him
`study`         all of it for one patient
"""
