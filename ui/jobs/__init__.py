"""Work in the background: runs, series of runs, and sweeps. Knows no Streamlit and no session.

What a lock guards is only used while the lock is held. Methods whose name ends in `_locked` expect
that the caller holds it.
"""
