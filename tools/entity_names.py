#!/usr/bin/env python3
"""Writes text/entity_names.h: the named character references of HTML, sorted by name.

    python3 tools/entity_names.py > text/entity_names.h

The names come from Python's own html.entities.
"""
import html.entities

full = {k[:-1]: v for k, v in html.entities.html5.items() if k.endswith(";")}
bare = {k for k in html.entities.html5 if not k.endswith(";")}

print("/* entity_names - the named character references of HTML, sorted by name.")
print(" *")
print(" * Made by tools/entity_names.py; do not edit. Each row: name without & and ;, its UTF-8, and")
print(" * whether it also counts without the semicolon.")
print(" */")
line = ""
for name in sorted(full, key=lambda s: s.encode()):
    octets = "".join("\\%o" % b for b in full[name].encode())
    row = 'E("%s","%s",%d)' % (name, octets, name in bare)
    if len(line) + len(row) > 100:
        print(line)
        line = ""
    line += row
print(line)
