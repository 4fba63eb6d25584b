"""A scripted, fictitious Omni server, faulty to the byte when asked.

From a test:  from omnisim import Sim
From a shell: python3 tests/omnisim --scenario FILE
"""

from .sim import Sim

__all__ = ["Sim"]
