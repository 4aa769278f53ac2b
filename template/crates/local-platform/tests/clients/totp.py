"""Codes of a two-factor app (RFC 6238: SHA-1, six digits, 30 seconds)."""

import base64
import hmac
import struct
import time


def code(secret, steps_ago=0):
    """The code of a base32 secret, now or some steps of 30 seconds before."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30 - steps_ago), "sha1")
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
