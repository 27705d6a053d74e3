"""Reads expressions, one a line, and writes what Google's C++ evaluator gives for each, in the form of the probe."""

import struct
import sys

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_encoders, ext_math, ext_optional, ext_strings


def quoted(text):
    return '"' + "".join(
        c if " " <= c <= "~" and c not in '"\\' else "\\u{%x}" % ord(c) for c in text) + '"'


def key(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else quoted(value)


def canonical(value):
    kind = value.type().name()
    content = value.value()
    if kind == "ERROR":
        raise ValueError(content)
    if kind == "NULL":
        return "null"
    if kind == "BOOL":
        return "true" if content else "false"
    if kind == "INT":
        return str(content)
    if kind == "UINT":
        return f"{content}u"
    if kind == "DOUBLE":
        return "nan" if content != content else "double(%x)" % struct.unpack(">Q", struct.pack(">d", content))
    if kind == "STRING":
        return quoted(content)
    if kind == "BYTES":
        return "b" + quoted(bytes(content).decode("latin-1"))
    if kind.startswith("LIST"):
        return "[" + ", ".join(canonical(element) for element in content) + "]"
    if kind.startswith("MAP"):
        return "{" + ", ".join(sorted(f"{key(k)}: {canonical(v)}" for k, v in content.items())) + "}"
    raise NotImplementedError(kind)


def main():
    environment = cel.NewEnv(extensions=[
        ext_bindings.ExtBindings(), ext_encoders.ExtEncoders(), ext_math.ExtMath(), ext_optional.ExtOptional(),
        ext_strings.ExtStrings()])
    for line in sys.stdin:
        try:
            print(canonical(environment.compile(line.rstrip("\n")).eval()), flush=True)
        except NotImplementedError:
            raise
        except Exception:  # The wheel has many kinds of failure; here all are the same.
            print("error", flush=True)


main()
