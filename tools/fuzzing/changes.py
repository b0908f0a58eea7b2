"""Changes to files, each drawn from a `random.Random`: bytes, text, values of JSON, and files made to be expensive."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import Any

from forbear.files import sealed

__all__ = ["VALUES", "changed_bytes", "changed_json", "changed_text", "hostile_json", "hostile_toml"]

TOKENS = [
    "[", "]", "{", "}", '"', "'", '"""', "=", ".", ",", "\n", "\r", "#", "-", "+5", "*2", "nan", "-inf", "inf", "1e999", "1e-999", "true", "null",
    "2003-05-05", "9999-12-31", "0001-01-01", "[[rules]]\n", "[facts]\n", "[levers]\n", "[country]\n", "prior = ", "schedule = [[", "\x00", "\x7f", "\ud7ff",
    "é", "\u202e", "0x10", "1_0", "-0.0", "1" * 400, "extends = '/etc/passwd'\n", 'extends = "../../x"\n', "a" * 5000, "=cmd|'/c calc'!A1", "<script>", "$(id)", "%s%n",
    "../", "\\", "​", "٣", "1,5", "١٢", "-1", "0", "NaN", "Infinity",
]  # fmt: skip

VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 10**30, -(10**400), 2**63, 0.5, -0.0, 1e308, 5e-324, "", "x", "x" * 10_000, "2003-05-05", "2003-13-45T99:99:99Z", "../../x",
    "=1+1", "\u202e", "<b>", [], [[]], [None], {}, {"": None}, {"a": {"b": []}}, "nan", [1] * 5000,
]  # fmt: skip


def changed_bytes(origin: bytes, random: Random) -> bytes:
    """One to four times: bits turned, bytes lost, doubled, exchanged, or the end cut off."""
    out = bytearray(origin)
    for _ in range(random.randint(1, 4)):
        if not out:
            break
        at, size = random.randrange(len(out)), random.randint(1, min(len(out), 64))
        kind = random.randrange(6)
        if kind == 0:
            out[at] ^= 1 << random.randrange(8)
        elif kind == 1:
            del out[at : at + size]
        elif kind == 2:
            out[at:at] = out[at : at + size]
        elif kind == 3:
            out[at : at + size] = random.randbytes(size)
        elif kind == 4:
            del out[at:]
        else:
            other = random.randrange(len(out))
            out[at : at + size], out[other : other + size] = out[other : other + size], out[at : at + size]
    return bytes(out)


def changed_text(origin: bytes, random: Random) -> bytes:
    """One to five times: a token put in, taken away or in the place of others; lines exchanged, doubled or repeated."""
    text = origin.decode("utf-8", "replace")
    for _ in range(random.randint(1, 5)):
        at, size = random.randint(0, len(text)), random.randint(0, 12)
        kind = random.randrange(8)
        if kind < 4:
            text = text[:at] + random.choice(TOKENS) + text[at + (size if kind % 2 else 0) :]
        elif kind == 4:
            text = text[:at] + text[at + size :]
        else:
            lines = text.split("\n")
            one, other = random.randrange(len(lines)), random.randrange(len(lines))
            if kind == 5:
                lines[one], lines[other] = lines[other], lines[one]
            elif kind == 6:
                lines.insert(other, lines[one])
            else:
                before, sign, _ = lines[one].partition("=")
                lines[one] = f"{before}{sign} {random.choice(TOKENS)}" if sign else random.choice(TOKENS)
            text = "\n".join(lines)
    return text.encode("utf-8", "surrogatepass")


def changed_json(origin: bytes, random: Random, seal: bool) -> bytes:
    """One to three times another value in the place of one, a key lost or doubled; the checksum is made good in half."""
    data = json.loads(origin)
    for _ in range(random.randint(1, 3)):
        holder: Any = None
        node, key = data, None
        while isinstance(node, (dict, list)) and node and (holder is None or random.random() < 0.75):
            holder = node
            key = random.choice(list(node)) if isinstance(node, dict) else random.randrange(len(node))
            node = node[key]
        if holder is None:
            return json.dumps(random.choice(VALUES)).encode()
        kind = random.randrange(4)
        if kind == 0:
            del holder[key]
        elif kind == 1 and isinstance(holder, dict):
            holder[f"{key}x"] = node
        elif kind == 2 and isinstance(holder, list):
            holder.extend([deepcopy(node)] * random.choice([1, 10, 1000]))
        else:
            holder[key] = deepcopy(random.choice(VALUES))  # it may be changed in turn, and is there for all inputs
    if seal and isinstance(data, dict) and random.random() < 0.5:
        data = sealed({k: v for k, v in data.items() if k != "checksum"})
    text = json.dumps(data, ensure_ascii=random.random() < 0.5)
    if random.random() < 0.05:  # numbers that Python would not write
        text = text.replace("1e+308", random.choice(["1e999", "-1e999", "NaN", "9" * 5000]))
    return text.encode("utf-8", "surrogatepass")


def hostile_json(random: Random) -> bytes:
    """Nesting, endless lists, numbers of many digits."""
    many = random.choice([1_000, 10_000, 100_000])
    return random.choice([
        b"[" * many, b'{"a":' * many, b"[" * many + b"]" * many, b"9" * many, b'{"format": ' + b"1" * many + b"}",
        b'{"turns": [' + b"{}," * many + b"{}]}", b'"\\ud800"', b'{"group": "\\ud800"}', b"", b"\xff\xfe", b"null", b"1e" + b"9" * 50,
    ])  # fmt: skip


def hostile_toml(random: Random, origin: bytes) -> bytes:
    """Dotted keys without end, sections by the thousand, nesting, long numbers, countries beyond measure."""
    many = random.choice([300, 3_000, 30_000])
    names = ", ".join(f'"d{k}"' for k in range(min(many, 3_000)))
    added = random.choice([
        ".".join(["a"] * many) + " = 1\n",
        "[" + ".".join(["a"] * many) + "]\n",
        "".join(f"[section{k}]\nvalue = 1\n" for k in range(min(many, 8_000))),
        "[levers]\n" + "".join(f"unknown.k{k} = 1\n" for k in range(min(many, 8_000))),
        "x = " + "[" * many + "]" * many + "\n",
        "x = " + "{a=" * min(many, 3_000) + "1" + "}" * min(many, 3_000) + "\n",
        "x = " + "9" * many + "\n",
        'x = "' + "y" * many * 10 + '"\n',
        f"[country]\ndistricts = [{names}]\ncommunities = [{names}]\norganisations = [{names}]\n",
        "[scenario]\nname = 'x'\nstart = 0001-01-01\nend = 9999-12-31\n",
        "[levers]\nintervener.force.schedule = [" + "[2003-05-05, 1], " * min(many, 8_000) + "]\n",
        "[sources]\n" + "".join(f's{k} = {{title = "t"}}\n' for k in range(min(many, 8_000))),
    ])  # fmt: skip
    text = added.encode()
    return random.choice([text, origin + b"\n" + text, b'[scenario]\nextends = "meadow"\nname = "x"\n' + text])
