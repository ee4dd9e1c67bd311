"""tokmill: token shards for training.

    import tokmill
    data = tokmill.open("shards/")
    loader = tokmill.Loader(tokmill.Windows(data, seq=1024, seed=7), batch=32, threads=2)
    for tokens in loader:                       # int64, 32 rows of 1,025
        x, y = tokens[:, :-1], tokens[:, 1:]

README.md is the manual; tokmill.torch has the classes for PyTorch.
"""
from .dataset import Mix, Windows, temperature, unimax
from .errors import ShardError, StateError
from .loader import Loader
from .shards import Shards, open_shards

open = open_shards
__version__ = "0.1.0"
__all__ = ["Loader", "Mix", "ShardError", "Shards", "StateError", "Windows", "open", "open_shards",
           "temperature", "unimax"]
