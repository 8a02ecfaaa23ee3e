"""The accessibility gate: what HTML alone shows (`markup`), what only a browser shows (`drawn`, `measures.js`), and axe.

`faults` holds fifty ways to spoil one sound page: which the gate catches is tested, what it misses is named.
"""
