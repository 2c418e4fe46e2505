Attribute VB_Name = "CheckerSheets"
Option Explicit
' The painter's steps that concern sheets of ours, and the description of the book for the program.
' The lines of both are described in docs/design/protocol.md.

Private Const MOST_ROWS As Long = 5000
Private Const MOST_COLUMNS As Long = 300
Private went As Boolean

Public Function StepsWent() As Boolean
    StepsWent = went
    went = False
End Function

Public Sub TakeStep(parts As Variant)
    Dim sheet As Object, title As String, index As Long
    title = Decoded(CStr(parts(1)))
    If parts(0) = "add" Then
        AddSheet title
        Exit Sub
    End If
    Set sheet = ThisWorkbook.Worksheets(title)
    Select Case parts(0)
    Case "put"
        For index = 3 To UBound(parts)
            If parts(index) <> "-" Then GiveEntry sheet.Cells(CLng(parts(2)), index - 2), CStr(parts(index))
        Next index
    Case "dress"
        Dress sheet, sheet.Range(CStr(parts(2))), CStr(parts(3)), Mid(parts(4), 2)
    Case "hide"
        sheet.Visible = 2
    Case "drop"
        sheet.Visible = -1
        sheet.Delete
    Case "name"
        sheet.Name = Decoded(CStr(parts(2)))
    Case "go"
        went = True
        sheet.Activate
        sheet.Range(CStr(parts(2))).Select
    Case Else
        Err.Raise 5, , "unknown order"
    End Select
End Sub

' After the last sheet that can be seen: a very hidden one would be moved. With several sheets
' selected as a group Excel adds as many, so the group is dissolved first.
Private Sub AddSheet(title As String)
    Dim sheet As Object, last As Object, added As Object
    For Each sheet In ThisWorkbook.Sheets
        If sheet.Visible = -1 Then Set last = sheet
    Next sheet
    If Grouped() Then ActiveSheet.Select
    Set added = ThisWorkbook.Worksheets.Add(, last, 1)
    added.Name = title
End Sub

Private Function Grouped() As Boolean
    On Error Resume Next
    Grouped = (ActiveWindow.SelectedSheets.Count > 1)
    If Err.Number <> 0 Then Grouped = False
End Function

Private Sub Dress(sheet As Object, area As Object, what As String, value As String)
    Select Case what
    Case "size"
        area.Font.Size = Val(value)
    Case "bold"
        area.Font.Bold = True
    Case "colour"
        area.Font.Color = ColourNumber(value)
    Case "wrap"
        area.WrapText = True
    Case "border"
        area.Borders.LineStyle = 1
        area.Borders.Weight = 2
        area.Borders.Color = ColourNumber(value)
    Case "width"
        area.ColumnWidth = Val(value)
    Case "merge"
        area.Merge
    Case "freeze"
        sheet.Activate
        ActiveWindow.SplitColumn = 0
        ActiveWindow.SplitRow = Val(value)
        ActiveWindow.FreezePanes = True
    Case "page"
        SetPage sheet, value
    Case Else
        Err.Raise 5, , "unknown look"
    End Select
End Sub

' A4 across, as wide as the paper, this row on every sheet of it. Without a printer Excel refuses.
Private Sub SetPage(sheet As Object, row As String)
    On Error Resume Next
    sheet.PageSetup.Orientation = 2
    sheet.PageSetup.PaperSize = 9
    sheet.PageSetup.LeftMargin = 25
    sheet.PageSetup.RightMargin = 25
    sheet.PageSetup.Zoom = False
    sheet.PageSetup.FitToPagesWide = 1
    sheet.PageSetup.FitToPagesTall = False
    If Val(row) > 0 Then sheet.PageSetup.PrintTitleRows = "$" & row & ":$" & row
End Sub

' For the first carrier: all that the program would otherwise ask cell by cell and name by name.
' Like the painter it returns what went wrong, or "".
Public Function Checker_Describe(answers As String) As String
    Dim target As Integer, item As Object
    On Error GoTo failed
    target = FreeFile
    Open answers For Output As #target
    TellBook target
    For Each item In ThisWorkbook.Names
        Print #target, "name" & vbTab & Encoded(item.Name) & vbTab & Encoded(item.RefersTo)
    Next item
    TellProperties target
    For Each item In ThisWorkbook.Worksheets
        TellAreas target, item
    Next item
    Close #target
    Exit Function
failed:
    Checker_Describe = Err.Number & " " & Err.Description
    Close
End Function

' A program that does not know custom properties tells none.
Private Sub TellProperties(target As Integer)
    Dim item As Object
    On Error GoTo unknown
    For Each item In ThisWorkbook.CustomDocumentProperties
        Print #target, "property" & vbTab & Encoded(item.Name) & vbTab & Encoded(CStr(item.Value))
    Next item
unknown:
End Sub

' For the second carrier: what the copy does not tell.
Public Function Checker_DescribeBook(answers As String) As String
    Dim target As Integer
    On Error GoTo failed
    target = FreeFile
    Open answers For Output As #target
    TellBook target
    Close #target
    Exit Function
failed:
    Checker_DescribeBook = Err.Number & " " & Err.Description
    Close
End Function

Private Sub TellBook(target As Integer)
    Dim sheet As Object, told As String
    Print #target, "book" & vbTab & Encoded(ThisWorkbook.Name) & vbTab & Encoded(ThisWorkbook.FullName)
    If IsShared() Then Print #target, "state" & vbTab & "shared"
    If ThisWorkbook.ProtectStructure Then Print #target, "state" & vbTab & "structure"
    For Each sheet In ThisWorkbook.Worksheets
        told = TurnTo(sheet.Name)
        If told <> "" Then Print #target, told
    Next sheet
    LeaveSheet
End Sub

' A program that does not know shared workbooks has none.
Private Function IsShared() As Boolean
    On Error Resume Next
    IsShared = ThisWorkbook.MultiUserEditing
    If Err.Number <> 0 Then IsShared = False
End Function

' Which cells show percentages (as runs along a row), which are merged, and where the sheet ends.
Private Sub TellAreas(target As Integer, sheet As Object)
    Dim row As Object, cell As Object, format As Variant, joined As Variant, filled As Object
    Dim title As String
    title = vbTab & Encoded(sheet.Name) & vbTab
    Set filled = FilledPart(sheet)
    Print #target, "used" & title & Replace(filled.Address, "$", "")
    For Each row In filled.Rows
        format = row.NumberFormat
        If IsNull(format) Then
            For Each cell In row.Cells
                If InStr(cell.NumberFormat, "%") > 0 Then Print #target, "percent" & title & Replace(cell.Address, "$", "")
            Next cell
        ElseIf InStr(format, "%") > 0 Then
            Print #target, "percent" & title & Replace(row.Address, "$", "")
        End If
        joined = row.MergeCells
        If IsNull(joined) Then joined = True
        If joined Then
            For Each cell In row.Cells
                If cell.MergeCells Then
                    If cell.Address = cell.MergeArea.Cells(1, 1).Address Then Print #target, "merged" & title & Replace(cell.MergeArea.Address, "$", "")
                End If
            Next cell
        End If
    Next row
End Sub

' What Excel calls used reaches to the last row when somebody formatted whole columns; then it is
' looked for the last cell with anything in it.
Private Function FilledPart(sheet As Object) As Object
    Dim area As Object, lowest As Object, rightmost As Object
    Set area = sheet.UsedRange
    If area.Rows.Count > MOST_ROWS Or area.Columns.Count > MOST_COLUMNS Then
        Set lowest = sheet.Cells.Find("*", sheet.Cells(1, 1), -4123, 2, 1, 2)
        Set rightmost = sheet.Cells.Find("*", sheet.Cells(1, 1), -4123, 2, 2, 2)
        Set area = sheet.Cells(1, 1)
        If Not lowest Is Nothing Then Set area = sheet.Range(area, sheet.Cells(lowest.Row, rightmost.Column))
    End If
    Set FilledPart = area
End Function
