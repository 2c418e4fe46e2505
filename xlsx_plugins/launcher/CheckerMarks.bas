Attribute VB_Name = "CheckerMarks"
Option Explicit
' The painter: carries out the program's orders, one line each, as docs/design/protocol.md says.
' "undo" and "finish" stand alone on a line. What comes before is the work; after "undo" what undoes
' it if some of it failed; after "finish" what completes it if nothing did.

Private sheetNow As Object
Private allowed(12) As Boolean
Private locked As Boolean
Private refused As Boolean
Private noteless As Long
Private covers As Long

' Never raises: called from outside, an error would open an English box. What went wrong, or "".
Public Function Checker_Paint(orders As String, answers As String) As String
    Dim source As Integer, target As Integer, row As String, told As String
    Dim part As Long, reason As String, front As Object
    On Error GoTo failed
    HoldStill
    Set sheetNow = Nothing
    refused = False
    noteless = 0
    covers = 0
    Set front = ActiveSheet
    source = FreeFile
    Open orders For Input As #source
    target = FreeFile
    Open answers For Output As #target
    Do While Not EOF(source)
        Line Input #source, row
        If row = "undo" Then
            part = 1
        ElseIf row = "finish" Then
            part = 2
        ElseIf (part = 1) = (reason <> "") Then
            told = Attempt(row, reason)
            If told <> "" Then Print #target, told
        End If
        If part = 0 And reason <> "" Then LeaveSheet
    Loop
    LeaveSheet
    Close #source
    Close #target
    If Not StepsWent() Then ReturnTo front
    Checker_Paint = reason
    Exit Function
failed:
    Checker_Paint = Err.Number & " " & Err.Description
    Close
End Function

' One line of the orders; its line of the answers. The first thing that goes wrong is the reason.
Private Function Attempt(row As String, reason As String) As String
    On Error GoTo failed
    Attempt = Obeyed(row)
    Exit Function
failed:
    If reason = "" Then reason = Err.Number & " " & Err.Description & " (" & Left(row, 60) & ")"
End Function

Public Function Obeyed(row As String) As String
    Dim parts As Variant
    parts = Split(row, vbTab)
    If parts(0) = "cell" Then
        Obeyed = OnCell(parts)
    Else
        LeaveSheet
        TakeStep parts
    End If
End Function

Private Sub ReturnTo(front As Object)
    On Error Resume Next
    front.Activate
End Sub

' What to add to the answer: where colours and notes could not be seen or given.
Public Function Unpainted() As String
    If noteless > 0 Then Unpainted = vbLf & Replace(Text("noteless"), "{n}", CStr(noteless))
    If covers > 0 Then Unpainted = Unpainted & vbLf & Replace(Text("covered"), "{n}", CStr(covers))
    noteless = 0
    covers = 0
End Function

' Unprotects the sheet if need be; says so when somebody's password forbids it.
Public Function TurnTo(name As String) As String
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
        TurnTo = "refused" & vbTab & Encoded(name)
    End If
End Function

Private Sub RememberProtection()
    Dim rights As Object
    If OnLibreOffice() Then Exit Sub
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

' Protects the sheet again as it was; LibreOffice has no separate permissions to remember.
Public Sub LeaveSheet()
    If locked And OnLibreOffice() Then
        sheetNow.Protect ""
        locked = False
    End If
    If locked Then sheetNow.Protect "", allowed(0), True, allowed(1), False, allowed(2), allowed(3), allowed(4), allowed(5), allowed(6), allowed(7), allowed(8), allowed(9), allowed(10), allowed(11), allowed(12)
    locked = False
    Set sheetNow = Nothing
End Sub

' Gives one cell or range its look; what its first cell looked like before, and what did not work.
Private Function OnCell(parts As Variant) As String
    Dim area As Object, cell As Object, about As String
    OnCell = TurnTo(Decoded(CStr(parts(1))))
    If refused Then Exit Function
    about = vbTab & parts(1) & vbTab & parts(2)
    Set area = sheetNow.Range(CStr(parts(2)))
    Set cell = area.Cells(1, 1)
    If cell.MergeCells Then Set cell = cell.MergeArea.Cells(1, 1)
    OnCell = "was" & about & vbTab & FillOf(cell) & vbTab & NoteOf(cell)
    If parts(3) <> "=" Then
        GiveFill area, CStr(parts(3))
        If parts(3) <> "-" And Covered(cell) Then
            covers = covers + 1
            OnCell = OnCell & vbCrLf & "covered" & about
        End If
    End If
    If parts(3) = "=" And parts(4) = "=" And parts(5) = "=" Then OnCell = OnCell & Hidden(cell, about)
    If parts(4) <> "=" Then
        If Threaded(cell) Then
            noteless = noteless + 1
            OnCell = OnCell & vbCrLf & "noteless" & about
        Else
            GiveNote cell, CStr(parts(4)), CStr(parts(6))
        End If
    End If
    If parts(5) <> "=" Then GiveEntry area.Cells(1, 1), CStr(parts(5))
End Function

' Asked only how the cell looks: what would not be seen in it.
Private Function Hidden(cell As Object, about As String) As String
    If Threaded(cell) Then Hidden = vbCrLf & "noteless" & about
    If Covered(cell) Then Hidden = Hidden & vbCrLf & "covered" & about
End Function

' Whether the cell has a conversation (Excel 365), which takes the place of a note.
Private Function Threaded(cell As Object) As Boolean
    On Error Resume Next
    Threaded = Not (cell.CommentThreaded Is Nothing)
    If Err.Number <> 0 Then Threaded = False
End Function

' Whether a conditional format shows another colour than the one given.
Private Function Covered(cell As Object) As Boolean
    On Error Resume Next
    If cell.FormatConditions.Count = 0 Then Exit Function
    Covered = (cell.DisplayFormat.Interior.Color <> cell.Interior.Color)
    If Err.Number <> 0 Then Covered = False
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
    If Threaded(cell) Then Exit Function
    If Not cell.Comment Is Nothing Then NoteOf = "+" & Encoded(cell.Comment.Text)
End Function

' The box is as large as the program says, in points: "width;height".
Private Sub GiveNote(cell As Object, note As String, box As String)
    Dim size As Variant
    If note = "-" Then
        If Not cell.Comment Is Nothing Then cell.Comment.Delete
        Exit Sub
    ElseIf cell.Comment Is Nothing Then
        If OnLibreOffice() Then sheetNow.Activate ' its AddComment means the sheet in front
        cell.AddComment Decoded(Mid(note, 2))
    Else
        cell.Comment.Text Decoded(Mid(note, 2))
    End If
    size = Split(box, ";")
    cell.Comment.Shape.TextFrame.AutoSize = False
    cell.Comment.Shape.Width = Val(size(0))
    cell.Comment.Shape.Height = Val(size(1))
End Sub

' One entry of an order: "-" nothing, "+text", "#number", "!formula", "?truth", "@day".
Public Sub GiveEntry(cell As Object, entry As String)
    Select Case Left(entry, 1)
    Case "-"
        cell.ClearContents
    Case "#"
        cell.Value = Val(Mid(entry, 2))
    Case "!"
        cell.Formula = Decoded(Mid(entry, 2))
    Case "?"
        cell.Value = (Mid(entry, 2) = "1")
    Case "@"
        cell.Value = CDate(Val(Mid(entry, 2)))
    Case Else
        cell.Value = "'" & Decoded(Mid(entry, 2))
    End Select
End Sub

Private Function ColourText(colour As Long) As String
    ColourText = Right("0" & Hex(colour And 255), 2) & Right("0" & Hex((colour \ 256) And 255), 2) & Right("0" & Hex((colour \ 65536) And 255), 2)
End Function

Public Function ColourNumber(text As String) As Long
    ColourNumber = CLng("&H" & Mid(text, 5, 2) & Mid(text, 3, 2) & Mid(text, 1, 2))
End Function
