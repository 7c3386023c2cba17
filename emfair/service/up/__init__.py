"""``emfair up``: the app and Dagster on this machine, as child processes of one command.

What does not belong here: importing Streamlit or Dagster; they are started by their modules' names.
"""

from emfair.service.up.run import up

__all__ = ["up"]
