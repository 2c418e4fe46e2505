Attribute VB_Name = "CheckerSteps"
Option Explicit
' Walks through the problems listed on the result sheet, without starting the program.

Public Sub Checker_Next()
    StepBy 1
End Sub

Public Sub Checker_Previous()
    StepBy -1
End Sub

Public Sub Checker_Results()
    Dim results As Object
    Set results = ResultSheet()
    If results Is Nothing Then
        Say Text("no_results"), vbInformation
    Else
        results.Activate
    End If
End Sub

Private Function ResultSheet() As Object
    Dim sheet As Object
    For Each sheet In ThisWorkbook.Worksheets
        If sheet.Name = Text("results_sheet") Then Set ResultSheet = sheet
    Next sheet
End Function

' Go to the problem after (or before) the active cell's; from anywhere else, to the first.
Private Sub StepBy(direction As Long)
    Dim places() As String, count As Long, at As Long, here As String, index As Long
    count = Problems(places)
    If count < 0 Then
        Say Text("no_results"), vbInformation
        Exit Sub
    End If
    If count = 0 Then
        Say Text("no_problems"), vbInformation
        Exit Sub
    End If
    here = ActiveSheet.Name & "!" & Replace(ActiveCell.Address, "$", "")
    at = -1
    For index = 0 To count - 1
        If places(index) = here Then at = index
    Next index
    If at < 0 Then
        at = IIf(direction > 0, 0, count - 1)
    Else
        at = (at + direction + count) Mod count
    End If
    GoToPlace places(at)
End Sub

Private Sub GoToPlace(place As String)
    Dim cut As Long
    cut = InStrRev(place, "!")
    On Error GoTo gone
    ThisWorkbook.Worksheets(Left(place, cut - 1)).Activate
    ThisWorkbook.Worksheets(Left(place, cut - 1)).Range(Mid(place, cut + 1)).Select
    Exit Sub
gone:
    Say Text("gone"), vbExclamation
End Sub

' Fills places with "sheet!cell" in listed order, each once; their number, or -1 without results.
Private Function Problems(places() As String) As Long
    Dim results As Object, row As Long, column As Long, last As Long, head As Long
    Dim verdicts As Long, cells As Long, verdict As String, place As String, known As String
    Problems = -1
    Set results = ResultSheet()
    If results Is Nothing Then Exit Function
    For row = 1 To 20
        For column = 1 To 12
            If results.Cells(row, column).Value = Text("verdict_column") Then verdicts = column
            If results.Cells(row, column).Value = Text("cell_column") Then cells = column
        Next column
        If verdicts > 0 And cells > 0 Then
            head = row
            Exit For
        End If
    Next row
    Problems = 0
    If head = 0 Then Exit Function
    last = results.UsedRange.Row + results.UsedRange.Rows.Count
    ReDim places(last)
    For row = head + 1 To last
        verdict = results.Cells(row, verdicts).Value
        place = results.Cells(row, cells).Value
        If verdict = Text("fail") Or verdict = Text("doubt") Then
            If InStr(place, "!") > 0 And InStr(known, vbTab & place & vbTab) = 0 Then
                places(Problems) = place
                Problems = Problems + 1
                known = known & vbTab & place & vbTab
            End If
        End If
    Next row
End Function
