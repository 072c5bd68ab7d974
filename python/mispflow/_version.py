from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("mispflow")
except PackageNotFoundError:  # used from a folder, without having been installed
    __version__ = "unknown"
