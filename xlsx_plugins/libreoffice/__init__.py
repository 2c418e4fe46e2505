"""LibreOffice Calc as an xlwings engine, over UNO: only the members that the button uses."""
