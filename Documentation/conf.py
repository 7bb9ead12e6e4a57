# SPDX-License-Identifier: GPL-2.0-only
"""Sphinx settings: kernel-doc from a kernel source tree, and command output."""

import os
import shlex
import subprocess
import sys

from docutils import nodes
from sphinx.errors import ConfigError
from sphinx.util.docutils import SphinxDirective

top = os.path.abspath("..")
ksrc = os.environ.get("KSRC", "")
if not os.path.exists(ksrc + "/scripts/kernel-doc"):
    raise ConfigError("KSRC names no kernel source tree (with scripts/kernel-doc)")
sys.path.insert(0, ksrc + "/Documentation/sphinx")
os.environ["KDOC_WERROR"] = "1"

project = "ion"
extensions = ["kerneldoc"]
highlight_language = "none"
primary_domain = "c"
kerneldoc_bin = ksrc + "/scripts/kernel-doc"
kerneldoc_srctree = top

html_theme = "alabaster"
html_theme_options = {"page_width": "60em", "fixed_sidebar": True}
html_show_copyright = False
html_show_sourcelink = False


class CommandOutput(SphinxDirective):
    """The output of a command of this tree, which is run when the page is built."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        command = shlex.split(self.arguments[0])
        program = os.path.join(top, command[0])
        self.env.note_dependency(program)
        text = subprocess.run([program] + command[1:], cwd=top, check=True,
                              capture_output=True, text=True).stdout
        return [nodes.literal_block(text, text, language="none")]


def setup(app):
    app.add_directive("command-output", CommandOutput)
