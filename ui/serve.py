"""The command `mnist-playground`: serve the app from wherever it is installed."""

import sys

from streamlit.web import cli

from netcore.commands import HOME


def main() -> None:
    """Serve until Ctrl+C. Options are those of `streamlit run`, such as `--server.port=8600`."""
    arguments = [str(HOME / "streamlit_app.py"), *sys.argv[1:]]
    cli.main_run.main(arguments, prog_name="mnist-playground")
