"""ECDSA P-256 with SHA-256 in plain Python, for the keystore of the story.

It proves what the `KeyVault` docs ask of a keystore: SEC1 uncompressed public keys, and
signatures of 32 bytes `r` and 32 bytes `s`. It is not constant in time: no real key belongs here,
a phone signs in its keystore. Curve: SEC 2, secp256r1; nonce: RFC 6979.
"""

import hashlib
import hmac

_P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
_A = _P - 3
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def _add(p, q):
    if p is None:
        return q
    if q is None:
        return p
    if p[0] == q[0] and (p[1] + q[1]) % _P == 0:
        return None
    if p == q:
        slope = (3 * p[0] * p[0] + _A) * pow(2 * p[1], -1, _P)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, _P)
    x = (slope * slope - p[0] - q[0]) % _P
    return x, (slope * (p[0] - x) - p[1]) % _P


def _times(scalar, point):
    total = None
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point = _add(point, point)
        scalar >>= 1
    return total


def _nonce(secret, digest):
    key, value = b"\x00" * 32, b"\x01" * 32
    seed = secret.to_bytes(32, "big") + (int.from_bytes(digest, "big") % _N).to_bytes(32, "big")
    for mark in (b"\x00", b"\x01"):
        key = hmac.digest(key, value + mark + seed, "sha256")
        value = hmac.digest(key, value, "sha256")
    while True:
        value = hmac.digest(key, value, "sha256")
        nonce = int.from_bytes(value, "big")
        if 0 < nonce < _N:
            return nonce
        key = hmac.digest(key, value + b"\x00", "sha256")
        value = hmac.digest(key, value, "sha256")


def public_key(secret: int) -> bytes:
    """The public key of a secret between 1 and the order of the curve: 65 bytes."""
    x, y = _times(secret, _G)
    return b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")


def sign(secret: int, message: bytes) -> bytes:
    """Signs a message: 64 bytes."""
    digest = hashlib.sha256(message).digest()
    nonce = _nonce(secret, digest)
    r = _times(nonce, _G)[0] % _N
    s = pow(nonce, -1, _N) * (int.from_bytes(digest, "big") + r * secret) % _N
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
