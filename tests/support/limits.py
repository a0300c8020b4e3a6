"""How much disk and memory a worker may use: held while it works, without root.

Disk: a tmpfs of just that size over its scratch folder, in a mount namespace of its own, so that
the kernel refuses the byte after the last (`ENOSPC`), as Lambda's /tmp does. Where a machine lets
nobody make namespaces, no file may be larger, and the `warden` ends workers whose folder is.

Memory: no process may have more private memory than all together (`RLIMIT_DATA`), and the warden
ends a worker with its ffmpeg when all together have more. A control group would do it in the
kernel, but whoever is not root has none to give away on most machines.
"""

from __future__ import annotations

import ctypes
import os
import resource
from dataclasses import dataclass
from pathlib import Path

_CLONE_NEWNS, _CLONE_NEWUSER = 0x0002_0000, 0x1000_0000
_MS_NOSUID, _MS_NODEV, _MS_REC, _MS_PRIVATE = 2, 4, 1 << 14, 1 << 18


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one worker and all its children, in bytes."""

    disk: int
    memory: int


def hold(limits: Limits, scratch: Path) -> bool:
    """Bind this process and its children to come; it must have one thread only.

    Whether the kernel holds the disk: else a warden has to.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory, limits.memory))
    try:
        _own_disk(limits.disk, scratch)
    except OSError:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits.disk, limits.disk))
        return False
    return True


def _own_disk(size: int, scratch: Path) -> None:
    """Whoever makes a user namespace may mount in it; the same user stays itself there."""
    user, group = os.geteuid(), os.getegid()
    _call("unshare", _CLONE_NEWUSER | _CLONE_NEWNS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _call("mount", b"none", b"/", None, _MS_REC | _MS_PRIVATE, None)
    options = f"size={size},mode=0700".encode()
    _call("mount", b"tmpfs", bytes(scratch), b"tmpfs", _MS_NOSUID | _MS_NODEV, options)


def _call(name: str, *arguments: int | bytes | None) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
