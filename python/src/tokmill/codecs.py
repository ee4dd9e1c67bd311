"""zstd and XXH3, from whatever is there.

zstd: the system's libzstd through ctypes (decodes into our own buffers), else the packages
`zstandard` or, from Python 3.14 on, `compression.zstd`. XXH3: the package `xxhash`, else the
system's libxxhash. Nothing is compiled and nothing of it is needed for shards that are bare ids.
"""
import ctypes
import threading

import numpy as np


def _library(*names):
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            pass
    return None


def _address(array):
    return array.__array_interface__["data"][0]


class _LibZstd:
    """One decompression context a thread. The call releases the interpreter's lock."""

    def __init__(self, lib):
        self._lib, self._local = lib, threading.local()
        size, pointer = ctypes.c_size_t, ctypes.c_void_p
        lib.ZSTD_createDCtx.restype = pointer
        lib.ZSTD_freeDCtx.argtypes = [pointer]
        lib.ZSTD_decompressDCtx.argtypes = [pointer, pointer, size, pointer, size]
        lib.ZSTD_decompressDCtx.restype = size
        lib.ZSTD_isError.argtypes = [size]

    def _context(self):
        try:
            return self._local.context.pointer
        except AttributeError:
            self._local.context = _Context(self._lib)
            return self._local.context.pointer

    def __call__(self, frame, n):
        out = np.empty(n, np.uint8)
        got = self._lib.ZSTD_decompressDCtx(self._context(), _address(out), n, _address(frame),
                                            frame.size)
        if self._lib.ZSTD_isError(got) or got != n:
            raise ValueError("zstd cannot decode it")
        return out


class _Context:
    def __init__(self, lib):
        self._free, self.pointer = lib.ZSTD_freeDCtx, lib.ZSTD_createDCtx()
        if not self.pointer:
            raise MemoryError("zstd")

    def __del__(self):
        self._free(self.pointer)


def _zstandard():
    """The package zstandard. A decompressor of its is one thread's."""
    import zstandard
    local = threading.local()

    def decode(frame, n):
        if not hasattr(local, "d"):
            local.d = zstandard.ZstdDecompressor()
        try:
            out = local.d.decompress(frame.data, max_output_size=n)
        except zstandard.ZstdError as e:
            raise ValueError(str(e)) from e
        if len(out) != n:
            raise ValueError(f"{len(out)} bytes instead of {n}")
        return np.frombuffer(out, np.uint8)
    return decode


def _compression_zstd():
    from compression import zstd

    def decode(frame, n):
        d = zstd.ZstdDecompressor()
        try:
            out = d.decompress(frame.data, max_length=n + 1)
        except zstd.ZstdError as e:
            raise ValueError(str(e)) from e
        if len(out) != n or not d.eof or d.unused_data:
            raise ValueError(f"not a frame of {n} bytes")
        return np.frombuffer(out, np.uint8)
    return decode


def _libxxhash():
    lib = _library("libxxhash.so.0", "libxxhash.0.dylib")
    if lib is None or not hasattr(lib, "XXH3_64bits"):
        return None
    lib.XXH3_64bits.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    lib.XXH3_64bits.restype = ctypes.c_uint64
    return lambda a: lib.XXH3_64bits(_address(a), a.size)


def _find_zstd():
    lib = _library("libzstd.so.1", "libzstd.1.dylib")
    if lib is not None:
        return "libzstd", _LibZstd(lib)
    for name, make in (("zstandard", _zstandard), ("compression.zstd", _compression_zstd)):
        try:
            return name, make()
        except ImportError:
            pass
    return None, None


def _find_xxh3():
    try:
        import xxhash
        return "xxhash", lambda a: xxhash.xxh3_64_intdigest(a.data)
    except ImportError:
        hash64 = _libxxhash()
        return ("libxxhash", hash64) if hash64 else (None, None)


ZSTD_NAME, _zstd = _find_zstd()
XXH3_NAME, _xxh3 = _find_xxh3()


def zstd_decode(frame, n):
    """The n bytes that a zstd frame (an array of bytes) holds; ValueError if it does not."""
    if _zstd is None:
        raise ImportError("compressed shards need zstd: pip install zstandard, or install libzstd")
    return _zstd(frame, n)


def xxh3_64(data):
    """XXH3, 64 bits, seed 0, of an array of contiguous bytes."""
    if _xxh3 is None:
        raise ImportError("native shards need XXH3: pip install xxhash, or install libxxhash 0.8")
    return _xxh3(data)


