"""CRuby in WebAssembly: no files, no sockets, no environment, and an end that no script can rescue."""
