"""Bytes at an offset, wherever they lie.

    LocalFile     pread(), or a map of the file with access="mmap"
    HttpFile      ranges of a http(s) URL
    FsspecFile    any other URL that fsspec knows (s3://, gs://, memory://), where fsspec is installed

All have `name`, `size` and read(offset, n), which gives an array of n bytes or raises ShardError:
never fewer, so a file cut short is an error and not garbage. Files may be read from several threads
and after a fork. Only so many local files are open at a time (POOL), so thousands of shards do not
run into the limit of descriptors; a file that is opened again has to be the same one.
"""
import functools
import mmap
import os
import urllib.error
import urllib.request

import numpy as np

from .errors import ShardError

POOL = 128


class _Handle:
    """An open file, closed when its last user drops it."""

    def __init__(self, path, mapped):
        self.fd = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        self.stat = os.fstat(self.fd)
        self.map = None
        if mapped and self.stat.st_size:
            self.map = np.frombuffer(mmap.mmap(self.fd, 0, prot=mmap.PROT_READ), np.uint8)
            self.close()        # the map has a descriptor of its own

    def close(self):
        if getattr(self, "fd", None) is not None:
            os.close(self.fd)
            self.fd = None

    def __del__(self):
        self.close()


_open = functools.lru_cache(maxsize=POOL)(_Handle)


def _identity(s):
    return s.st_dev, s.st_ino, s.st_size, s.st_mtime_ns


class LocalFile:
    def __init__(self, path, access="pread"):
        if access not in ("pread", "mmap"):
            raise ValueError(f"access is 'pread' or 'mmap', not {access!r}")
        self.path, self.name, self.mapped = os.fspath(path), os.path.basename(path), access == "mmap"
        handle = _Handle(self.path, False)
        self.size, self._same = handle.stat.st_size, _identity(handle.stat)

    def _handle(self):
        handle = _open(self.path, self.mapped)
        if _identity(handle.stat) != self._same:
            _open.cache_clear()
            handle = _open(self.path, self.mapped)
            if _identity(handle.stat) != self._same:
                raise ShardError(self.path, "the file changed while it was in use")
        return handle

    def read(self, offset, n):
        if offset < 0 or offset + n > self.size:
            raise ShardError(self.path, f"{n} bytes at {offset}: the file ends at {self.size}")
        handle = self._handle()
        if handle.map is not None:
            return handle.map[offset:offset + n]
        out, done = np.empty(n, np.uint8), 0
        while done < n:
            got = os.preadv(handle.fd, [out[done:]], offset + done)
            if got == 0:
                raise ShardError(self.path, f"cut short to {offset + done} bytes while it was in use")
            done += got
        return out


class HttpFile:
    """A file behind a web server that answers requests for ranges."""

    TRIES = 3

    def __init__(self, url):
        self.path, self.name = url, url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
        first, answer = self._get(0, 1)
        total = answer.headers.get("Content-Range", "").rpartition("/")[2]
        if not total.isdigit():
            raise ShardError(url, "the server does not tell the size of the file")
        self.size, self._tag = int(total), answer.headers.get("ETag")

    def _get(self, offset, n):
        wish = urllib.request.Request(self.path, headers={"Range": f"bytes={offset}-{offset + n - 1}"})
        for left in reversed(range(self.TRIES)):
            try:
                with urllib.request.urlopen(wish, timeout=60) as answer:
                    if answer.status != 206:
                        raise ShardError(self.path, "the server does not serve ranges")
                    return answer.read(), answer
            except urllib.error.HTTPError as e:
                if e.code < 500 or not left:
                    raise ShardError(self.path, f"HTTP status {e.code}") from e
            except OSError as e:
                if not left:
                    raise ShardError(self.path, str(e)) from e

    def read(self, offset, n):
        if offset < 0 or offset + n > self.size:
            raise ShardError(self.path, f"{n} bytes at {offset}: the file ends at {self.size}")
        if n == 0:
            return np.empty(0, np.uint8)
        data, answer = self._get(offset, n)
        if answer.headers.get("ETag") != self._tag:
            raise ShardError(self.path, "the file changed while it was in use")
        if len(data) != n:
            raise ShardError(self.path, f"{len(data)} bytes of {n} came at {offset}")
        return np.frombuffer(data, np.uint8)


class FsspecFile:
    def __init__(self, url):
        import fsspec
        self.path, self.name = url, url.rstrip("/").rsplit("/", 1)[-1]
        self._fs, self._key = fsspec.core.url_to_fs(url)
        self.size = int(self._fs.size(self._key))

    def read(self, offset, n):
        if offset < 0 or offset + n > self.size:
            raise ShardError(self.path, f"{n} bytes at {offset}: the file ends at {self.size}")
        data = self._fs.cat_file(self._key, start=offset, end=offset + n) if n else b""
        if len(data) != n:
            raise ShardError(self.path, f"{len(data)} bytes of {n} came at {offset}")
        return np.frombuffer(data, np.uint8)


def is_url(path):
    return isinstance(path, str) and "://" in path


def open_file(path, access="pread"):
    """The file at a path or URL."""
    if not is_url(path):
        try:
            return LocalFile(path, access)
        except OSError as e:
            raise ShardError(os.fspath(path), e.strerror or str(e)) from e
    if path.startswith(("http://", "https://")):
        return HttpFile(path)
    try:
        return FsspecFile(path)
    except ImportError as e:
        raise ShardError(path, "reading this URL needs the package fsspec") from e
    except OSError as e:
        raise ShardError(path, str(e) or "cannot be opened") from e


def exists(path):
    """Of a local file or a file on a URL; a server that refuses counts as no."""
    if not is_url(path):
        return os.path.exists(path)
    try:
        open_file(path)
        return True
    except ShardError:
        return False


def whole(path):
    """All bytes of a small file."""
    f = open_file(path)
    return f.read(0, f.size).tobytes()


def join(folder, name):
    return folder.rstrip("/") + "/" + name if is_url(folder) else os.path.join(folder, name)
