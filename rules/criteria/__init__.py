"""Published response criteria as pure functions, each under its published name.

Every function takes its page first: the thresholds stand there with unit and source, none in
code. Lengths are millimetres, attenuations Hounsfield units. None is "not measured" and never
zero; yes/no findings may be None, "not known", and that is never "no".
"""
