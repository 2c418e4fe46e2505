Attribute VB_Name = "CheckerMarks"
Option Explicit
' Gives many cells their fill and note in one call from the program, and tells what was there.
' One line per cell in the orders file, ASCII, tab-separated, other characters as \uXXXX:
'   sheet, address, fill, note, value
'   fill: "=" leave, "-" none, RRGGBB, or RRGGBB;pattern;RRGGBB
'   note: "=" leave, "-" none, "+text"
'   value: "=" leave, "-" empty, "+text", "#number"
' The answers file gets a line per cell done: sheet, address, fill before, note before; and a line
' "!" tab sheet for a sheet whose protection has a password (its cells are left alone).

Private sheetNow As Object
Private allowed(12) As Boolean
Private locked As Boolean
Private refused As Boolean

Public Function Checker_Repaint(orders As String, answers As String) As Long
    Dim source As Integer, target As Integer, row As String, told As String
    Dim failure As Long, reason As String
    Set sheetNow = Nothing
    source = FreeFile
    Open orders For Input As #source
    target = FreeFile
    Open answers For Output As #target
    On Error GoTo failed
    Do While Not EOF(source)
        Line Input #source, row
        told = Obeyed(row)
        If told <> "" Then Print #target, told
        Checker_Repaint = Checker_Repaint + 1
    Loop
    LeaveSheet
    Close #source
    Close #target
    Exit Function
failed:
    failure = Err.Number
    reason = Err.Description
    LeaveSheet
    Close #source
    Close #target
    Err.Raise failure, "Checker_Repaint", reason
End Function

' Carries out one line of the orders; its line of the answers, empty on a refused sheet.
Public Function Obeyed(row As String) As String
    Dim parts As Variant, area As Object, box As String
    parts = Split(row, vbTab)
    Obeyed = TurnTo(Decoded(CStr(parts(0))))
    If refused Then Exit Function
    Set area = sheetNow.Range(CStr(parts(1)))
    If UBound(parts) > 4 Then box = parts(5)
    Obeyed = parts(0) & vbTab & parts(1) & vbTab & Repainted(area, CStr(parts(2)), CStr(parts(3)), box)
    If parts(4) <> "=" Then GiveValue area.Cells(1, 1), CStr(parts(4))
End Function

' Writes down what the program would otherwise ask cell by cell and name by name: defined names,
' custom properties, and which cells show percentages (as runs along a row).
Public Function Checker_Describe(answers As String) As Long
    Dim target As Integer, item As Object, sheet As Object, row As Object, cell As Object
    Dim format As Variant, joined As Variant
    target = FreeFile
    Open answers For Output As #target
    For Each item In ThisWorkbook.Names
        Print #target, "name" & vbTab & Encoded(item.Name) & vbTab & Encoded(item.RefersTo)
    Next item
    For Each item In ThisWorkbook.CustomDocumentProperties
        Print #target, "property" & vbTab & Encoded(item.Name) & vbTab & Encoded(CStr(item.Value))
    Next item
    For Each sheet In ThisWorkbook.Worksheets
        For Each row In sheet.UsedRange.Rows
            format = row.NumberFormat
            If IsNull(format) Then
                For Each cell In row.Cells
                    If InStr(cell.NumberFormat, "%") > 0 Then Print #target, "percent" & vbTab & Encoded(sheet.Name) & vbTab & Replace(cell.Address, "$", "")
                Next cell
            ElseIf InStr(format, "%") > 0 Then
                Print #target, "percent" & vbTab & Encoded(sheet.Name) & vbTab & Replace(row.Address, "$", "")
            End If
            joined = row.MergeCells
            If IsNull(joined) Then joined = True
            If joined Then
                For Each cell In row.Cells
                    If cell.MergeCells Then
                        If cell.Address = cell.MergeArea.Cells(1, 1).Address Then Print #target, "merged" & vbTab & Encoded(sheet.Name) & vbTab & Replace(cell.MergeArea.Address, "$", "")
                    End If
                Next cell
            End If
        Next row
    Next sheet
    Close #target
End Function

' Unprotects the sheet if need be; "!" tab sheet when somebody's password forbids it.
Private Function TurnTo(name As String) As String
    If Not sheetNow Is Nothing Then
        If sheetNow.Name = name Then Exit Function
        LeaveSheet
    End If
    Set sheetNow = ThisWorkbook.Worksheets(name)
    refused = False
    locked = sheetNow.ProtectContents Or sheetNow.ProtectDrawingObjects
    If Not locked Then Exit Function
    RememberProtection
    On Error Resume Next
    sheetNow.Unprotect ""
    On Error GoTo 0
    If sheetNow.ProtectContents Or sheetNow.ProtectDrawingObjects Then
        refused = True
        locked = False
        TurnTo = "!" & vbTab & Encoded(name)
    End If
End Function

Private Sub RememberProtection()
    Dim rights As Object
    allowed(0) = sheetNow.ProtectDrawingObjects
    allowed(1) = sheetNow.ProtectScenarios
    Set rights = sheetNow.Protection
    allowed(2) = rights.AllowFormattingCells
    allowed(3) = rights.AllowFormattingColumns
    allowed(4) = rights.AllowFormattingRows
    allowed(5) = rights.AllowInsertingColumns
    allowed(6) = rights.AllowInsertingRows
    allowed(7) = rights.AllowInsertingHyperlinks
    allowed(8) = rights.AllowDeletingColumns
    allowed(9) = rights.AllowDeletingRows
    allowed(10) = rights.AllowSorting
    allowed(11) = rights.AllowFiltering
    allowed(12) = rights.AllowUsingPivotTables
End Sub

' Protects the sheet again as it was.
Public Sub LeaveSheet()
    If locked Then sheetNow.Protect "", allowed(0), True, allowed(1), False, allowed(2), allowed(3), allowed(4), allowed(5), allowed(6), allowed(7), allowed(8), allowed(9), allowed(10), allowed(11), allowed(12)
    locked = False
    Set sheetNow = Nothing
End Sub

' Gives one cell or range its look; what its first cell looked like before, as "fill tab note".
Private Function Repainted(area As Object, fill As String, note As String, box As String) As String
    Dim cell As Object
    Set cell = area.Cells(1, 1)
    If cell.MergeCells Then Set cell = cell.MergeArea.Cells(1, 1)
    Repainted = FillOf(cell) & vbTab & NoteOf(cell)
    If fill <> "=" Then GiveFill area, fill
    If note <> "=" Then GiveNote cell, note, box
End Function

Private Function FillOf(cell As Object) As String
    If cell.Interior.ColorIndex = -4142 Then
        FillOf = "-"
        Exit Function
    End If
    FillOf = ColourText(cell.Interior.Color)
    If cell.Interior.Pattern <> 1 And cell.Interior.Pattern <> -4142 And cell.Interior.Pattern <> -4105 Then
        FillOf = FillOf & ";" & cell.Interior.Pattern & ";" & ColourText(cell.Interior.PatternColor)
    End If
End Function

Private Sub GiveFill(area As Object, fill As String)
    Dim parts As Variant
    If fill = "-" Then
        area.Interior.ColorIndex = -4142
        Exit Sub
    End If
    parts = Split(fill, ";")
    If UBound(parts) = 2 Then area.Interior.Pattern = CLng(parts(1)) Else area.Interior.Pattern = 1
    area.Interior.Color = ColourNumber(CStr(parts(0)))
    If UBound(parts) = 2 Then area.Interior.PatternColor = ColourNumber(CStr(parts(2)))
End Sub

Private Function NoteOf(cell As Object) As String
    NoteOf = "-"
    If Not cell.Comment Is Nothing Then NoteOf = "+" & Encoded(cell.Comment.Text)
End Function

' The box is as large as the program says, in points: "width;height".
Private Sub GiveNote(cell As Object, note As String, box As String)
    Dim size As Variant
    If note = "-" Then
        If Not cell.Comment Is Nothing Then cell.Comment.Delete
        Exit Sub
    ElseIf cell.Comment Is Nothing Then
        cell.AddComment Decoded(Mid(note, 2))
    Else
        cell.Comment.Text Decoded(Mid(note, 2))
    End If
    If box = "" Or OnLibreOffice() Then Exit Sub
    size = Split(box, ";")
    cell.Comment.Shape.Width = Val(size(0))
    cell.Comment.Shape.Height = Val(size(1))
End Sub

Private Sub GiveValue(cell As Object, value As String)
    Select Case Left(value, 1)
    Case "-"
        cell.ClearContents
    Case "#"
        cell.Value = Val(Mid(value, 2))
    Case Else
        cell.Value = "'" & Decoded(Mid(value, 2))
    End Select
End Sub

Private Function ColourText(colour As Long) As String
    ColourText = Right("0" & Hex(colour And 255), 2) & Right("0" & Hex((colour \ 256) And 255), 2) & Right("0" & Hex((colour \ 65536) And 255), 2)
End Function

Private Function ColourNumber(text As String) As Long
    ColourNumber = CLng("&H" & Mid(text, 5, 2) & Mid(text, 3, 2) & Mid(text, 1, 2))
End Function
