"""The parts of an installation, put together as its settings say; `create_app` makes an application of them."""
