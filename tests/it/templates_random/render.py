"""Renders templates with the real Jinja2, for the test beside it.

The first line is the data. Each other line is a list of templates; the answer is a line with the list of their texts.
A template that fails has the empty text.
"""

import json
import sys

from jinja2.sandbox import SandboxedEnvironment

environment = SandboxedEnvironment()
data = json.loads(sys.stdin.readline())


def rendered(template):
    try:
        return environment.from_string(template).render(**data)
    except Exception:
        return ""


for line in sys.stdin:
    print(json.dumps([rendered(template) for template in json.loads(line)]), flush=True)
