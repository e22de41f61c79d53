"""Other people's models of the whole chain, on the same engine as our own.

`model_form` says what a form is and reads one from `models/forms`; `in_form` puts a
patient into it.  The forms know less of a patient than our twin does and say so; what
they predict is for comparing and stacking, not for dosing.
"""
