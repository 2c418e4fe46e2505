"""Why a file could not be read: one exception whose reason is a sentence for the clerk."""

from __future__ import annotations


class UnreadableWorkbook(Exception):  # the name is the contract's, and says it
    """The file gives no workbook. ``reason`` is plain Chinese: what is wrong and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __reduce__(self) -> tuple[type[UnreadableWorkbook], tuple[str]]:
        return (UnreadableWorkbook, (self.reason,))


EMPTY = "文件是空的（0 字节），可能没有复制完整，请重新复制或请填报人重新发送。"
LOCK_FILE = "这是 Excel 或 WPS 打开文件时留下的临时文件，不是填报表，请选择不以“~$”开头的那个文件。"
ENCRYPTED = "文件设有打开密码，读不出内容，请在 Excel 或 WPS 中取消打开密码后重新保存。"
DAMAGED = "文件已损坏，读不出内容，请用 Excel 或 WPS 打开并另存为 .xlsx，打不开时请填报人重新发送。"
NOT_A_WORKBOOK = "这不是电子表格文件，请用 Excel 或 WPS 打开原表并另存为 .xlsx 后再交。"
WORD_DOCUMENT = "这其实是 Word 文档，不是电子表格，请交 .xlsx 格式的填报表。"
PRESENTATION = "这其实是演示文稿，不是电子表格，请交 .xlsx 格式的填报表。"
PDF = "这其实是 PDF 文档，不是电子表格，请交 .xlsx 格式的填报表。"
WEB_PAGE = "这其实是网页或文本文件，只是改成了表格的名字，请用 Excel 或 WPS 打开并另存为 .xlsx。"
ARCHIVE = "这是压缩包，不是电子表格，请先解压，再选择里面的 .xlsx 文件。"
WPS_ET = "这是 WPS 表格的 .et 格式，请在 WPS 中打开，选择“另存为”，类型选 .xlsx 后再交。"
NO_SHEETS = "工作簿里没有可以读取的工作表，请核对是否选错了文件。"
NO_ORDINARY_FILE = "不是普通文件（是管道、套接字或设备），没有打开。"
FILE_TOO_LARGE = "文件过大，不像是填报表，为安全起见没有读取，请核对是否选错了文件。"
TOO_LARGE = "文件解开后过大，不像是填报表，为安全起见没有读取，请核对是否选错了文件。"
TOO_WIDE = (
    "工作表的有效范围过大（可能在很远的格子里误留了内容），没有读取，请删除多余的行和列后另存。"
)
ENTITIES = "文件里含有填报表不应有的实体定义，为安全起见没有读取，请用 Excel 或 WPS 打开并另存。"
DUPLICATE_PARTS = "文件内部有重复的部件，读出的内容不可靠，请用 Excel 或 WPS 打开并另存为 .xlsx。"
TOO_SLOW = "读取用时过长，已经停止，文件可能已损坏，请用 Excel 或 WPS 打开并另存为 .xlsx。"
STRICT_LIMIT = "读取时占用内存过多，已经停止，文件可能已损坏，请用 Excel 或 WPS 打开并另存。"
TOO_MANY_SHEETS = "工作表的数目过多，不像是填报表，没有读取，请核对是否选错了文件。"
TOO_MANY_CELLS = "写有内容的单元格过多，不像是填报表，没有读取，请核对是否选错了文件。"
TOO_MANY_STYLES = (
    "文件里的单元格格式过多（多半是反复粘贴造成的），没有读取，请把内容填入一份空白的填报表再交。"
)
MISSING = "找不到这个文件，可能已被移动或改名。"
NO_PERMISSION = "没有读取这个文件的权限，或者它正被别的程序占用，请关闭后再试。"


def damaged(where: str) -> UnreadableWorkbook:
    """The refusal of a file of which one part, named ``where`` within the file, is damaged."""
    shown = "".join(letter for letter in where if letter.isprintable())[:60]
    return UnreadableWorkbook(DAMAGED.replace("，", f"（{shown}），", 1) if shown else DAMAGED)
