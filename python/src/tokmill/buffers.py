"""Arrays for batches, used again once nobody holds them.

A fresh array of half a megabyte costs a page fault for every 4 KiB, more than filling it does. So
arrays that were handed out are kept, and given again when their reference count says that neither the
caller nor a view or tensor made of them is left. Where a Python counts no references (or counts them
otherwise), arrays are just new each time.
"""
import sys
import threading

import numpy as np


def _references(kept):
    return sys.getrefcount(kept[0])


def _free_count():
    """What _references() says of an array that only its list holds; None if that cannot be told."""
    if not hasattr(sys, "getrefcount"):
        return None
    kept = [np.empty(1)]
    alone = _references(kept)
    view = kept[0][:]
    return alone if view.base is kept[0] and _references(kept) == alone + 1 else None


_FREE = _free_count()


class Buffers:
    """At most `most` arrays of one shape and type are kept; any thread may take one."""

    def __init__(self, most):
        self.most, self._kept, self._lock = most, [], threading.Lock()

    def __getstate__(self):
        return {"most": self.most}

    def __setstate__(self, state):
        self.__init__(state["most"])

    def take(self, shape, dtype):
        if _FREE is None:
            return np.empty(shape, dtype)
        with self._lock:
            for kept in self._kept:
                if _references(kept) == _FREE and kept[0].shape == shape and kept[0].dtype == dtype:
                    return kept[0]
            out = np.empty(shape, dtype)
            if len(self._kept) < self.most:
                self._kept.append([out])
            return out
