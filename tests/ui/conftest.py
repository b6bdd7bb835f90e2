"""The canvas can only be imported where Streamlit has looked for components, as a server does."""

from unittest import mock

from streamlit.components import v2
from streamlit.components.v2.component_manager import BidiComponentManager

_components = BidiComponentManager()
_components.discover_and_register_components(start_file_watching=False)
with mock.patch.object(v2, "get_bidi_component_manager", return_value=_components):
    import streamlit_drawable_canvas  # noqa: F401
