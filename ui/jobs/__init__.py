"""Work in the background: runs, series of runs, and sweeps. Knows no Streamlit and no session."""
