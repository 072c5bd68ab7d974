"""Workflows for MISP, the threat-intelligence platform, as text.

MISP's workflows hook its actions (an event is published, an attribute is saved) with a graph of
conditions and actions. With mispflow they are text in ``.mwf`` files. This package checks them,
compiles them to the JSON of MISP's workflow editor, and runs them on events as MISP would, without
a server:

>>> import mispflow
>>> project = mispflow.load('''
... workflow guard on event-publish {
...     name: "Nothing red is published"
...     if event tagged any "tlp:red" {
...         stop-execution(message: "red events stay here")
...     }
... }
... ''')
>>> project.check()
[]
>>> guard = project.workflow("guard")
>>> run = guard.run({"Event": {"info": "test", "Tag": [{"name": "tlp:red"}]}})
>>> run.outcome, run.verdict
('blocked', 'cancel')

Nothing leaves this computer: what a workflow would do is in ``run.effects``.

The command line, ``mispflow``, comes with the package.
"""

from ._errors import AnswersError, CheckError, Defect, EventError, MispflowError, PathError, RequestError
from ._findings import Edit, Finding, Fix, Label, Position, Span
from ._functions import Difference, diff, format, import_, import_all, path, targets
from ._mispflow import ArchivedEvent
from ._project import Project, TestResult, archive, load
from ._run import Run
from ._version import __version__
from ._workflow import Workflow

__all__ = [
    "AnswersError",
    "ArchivedEvent",
    "CheckError",
    "Defect",
    "Difference",
    "Edit",
    "EventError",
    "Finding",
    "Fix",
    "Label",
    "MispflowError",
    "PathError",
    "Position",
    "Project",
    "RequestError",
    "Run",
    "Span",
    "TestResult",
    "Workflow",
    "__version__",
    "archive",
    "diff",
    "format",
    "import_",
    "import_all",
    "load",
    "path",
    "targets",
]
