# pyxform as a program that answers lines with lines: a form in Markdown, in base64, is answered with
# the expressions of its XForm as {path: {what: expression}} in JSON, or {"error": message}. `what` is
# an attribute of the bind, `count` of a repeat, `items` of a filtered select, `begin` of a default,
# `changed` of what a trigger starts.
import base64
import json
import sys
import xml.etree.ElementTree as ET

from pyxform.xls2xform import convert

RULES = {"relevant", "required", "readonly", "constraint", "calculate"}


def plain(name):
    return name.rsplit("}", 1)[-1]


def expressions(markdown):
    found = {}
    tree = ET.fromstring(convert(markdown, file_type=".md", validate=False).xform)

    def note(path, what, text):
        found.setdefault(path, {})[what] = text

    def look(element, question):
        name, own = plain(element.tag), element.attrib
        question = own.get("ref", question)
        if name == "bind":
            for rule in RULES & own.keys():
                note(own["nodeset"], rule, own[rule])
        elif name == "setvalue":
            changed = "xforms-value-changed" in own["event"]
            note(own["ref"], "changed" if changed else "begin", own.get("value", ""))
        elif name == "repeat":
            for key in own:
                if plain(key) == "count":
                    note(own["nodeset"], "count", own[key])
        elif name == "itemset":
            note(question, "items", own["nodeset"])
        for child in element:
            look(child, question)

    look(tree, None)
    return found


for line in sys.stdin:
    try:
        said = expressions(base64.b64decode(line).decode())
    except Exception as error:
        said = {"error": str(error)}
    print(json.dumps(said), flush=True)
