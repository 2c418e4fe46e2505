Attribute VB_Name = "CheckerLauncher"
Option Explicit
' Calls the checker program for this workbook and shows its answer.
' Pure ASCII on purpose: what the user reads comes from CheckerTexts. Kept small on purpose:
' LibreOffice silently runs nothing of a large project.

Public Sub Checker_Check()
    Launch "check"
End Sub

Public Sub Checker_Clean()
    Launch "clean"
End Sub

Public Sub Ribbon_Check(control As Object)
    Checker_Check
End Sub

Public Sub Ribbon_Clean(control As Object)
    Checker_Clean
End Sub

Public Sub Ribbon_Next(control As Object)
    Checker_Next
End Sub

Public Sub Ribbon_Previous(control As Object)
    Checker_Previous
End Sub

Public Sub Ribbon_Results(control As Object)
    Checker_Results
End Sub

' LibreOffice calls itself Excel 11.0; an Excel that opens .xlsm is 12.0 or later.
Public Function OnLibreOffice() As Boolean
    OnLibreOffice = (Application.Version = "11.0")
End Function

Private Function OnWindows() As Boolean
    OnWindows = (InStr(Application.OperatingSystem, "Windows") > 0)
End Function

Private Sub Launch(action As String)
    Dim program As String, command As String, place As String
    program = FindProgram(ThisWorkbook.Path)
    If program = "" Then
        Say Text("missing"), vbExclamation
        Exit Sub
    End If
    command = Quoted(program) & " button " & action & " --from_xl=1 "
    If OnLibreOffice() Then
        ' By its path: LibreOffice may have two books of one name open. The program answers by
        ' itself: waiting here would keep LibreOffice from serving it.
        If ThisWorkbook.Path <> "" Then place = ThisWorkbook.Path & Separator()
        Shell command & Quoted("--wb=" & place & ThisWorkbook.Name) & " --app=LibreOffice --hwnd=0", vbHide
    Else
        RunAndWait command & Quoted("--wb=" & ThisWorkbook.Name), program
    End If
End Sub

Private Sub RunAndWait(command As String, program As String)
    Dim host As Object, answer As String, told As String
    answer = Environ("TEMP") & Separator() & "checker-" & Format(Now, "yyyymmddhhnnss") & ".txt"
    command = command & " " & Quoted("--app=" & Application.Path & Separator() & "EXCEL.EXE")
    command = command & " --hwnd=" & Application.Hwnd & " " & Quoted("--answer=" & answer)
    If ThisWorkbook.ReadOnly Then command = command & " --read-only"
    If ThisWorkbook.Path = "" Then command = command & " --never-saved"
    Application.StatusBar = Text("working")
    On Error GoTo blocked
    Set host = CreateObject("WScript.Shell")
    host.Run command, 0, True
    On Error GoTo 0
    Application.StatusBar = False
    told = AnswerIn(answer)
    If told = "" Then
        Say Text("silent"), vbExclamation
    ElseIf Left(told, 1) = "!" Then
        Say Mid(told, 2), vbExclamation
    Else
        Say told, vbInformation
    End If
    Exit Sub
blocked:
    Application.StatusBar = False
    Say Text("blocked") & vbLf & program, vbExclamation
End Sub

' All of an answer file, decoded; empty when the program left none. The file is deleted.
Private Function AnswerIn(path As String) As String
    AnswerIn = Decoded(Contents(path))
    If AnswerIn = "" Then Exit Function
    Kill path
    AnswerIn = Left(AnswerIn, Len(AnswerIn) - 1)
End Function

' Where the program is: environment variable, checker.ini beside the workbook, the per-user
' folder of the installer, PATH. Empty when nowhere.
Public Function FindProgram(folder As String) As String
    Dim place As Variant
    FindProgram = Environ("CHECKER_PROGRAM")
    If FileThere(FindProgram) Then Exit Function
    FindProgram = FromSettings(folder)
    If FileThere(FindProgram) Then Exit Function
    If OnWindows() Then
        FindProgram = Environ("LOCALAPPDATA") & "\checker\checker.exe"
    Else
        FindProgram = Environ("HOME") & "/.local/share/checker/checker"
    End If
    If FileThere(FindProgram) Then Exit Function
    For Each place In Split(Environ("PATH"), IIf(OnWindows(), ";", ":"))
        FindProgram = place & Separator() & IIf(OnWindows(), "checker.exe", "checker")
        If FileThere(FindProgram) Then Exit Function
    Next place
    FindProgram = ""
End Function

' The line program=... of checker.ini; a relative place is meant from the workbook's folder.
Private Function FromSettings(folder As String) As String
    Dim row As Variant
    If folder = "" Or InStr(folder, "://") > 0 Then Exit Function
    For Each row In Split(Contents(folder & Separator() & "checker.ini"), vbLf)
        If LCase(Left(Trim(row), 8)) = "program=" Then FromSettings = Trim(Mid(Trim(row), 9))
    Next row
    If FromSettings = "" Then Exit Function
    If Left(FromSettings, 1) <> "/" And Left(FromSettings, 2) <> "\\" And Mid(FromSettings, 2, 1) <> ":" Then
        FromSettings = folder & Separator() & FromSettings
    End If
End Function

' The text of a file, whatever ends its lines; empty when there is none. Notepad writes UTF-8 today,
' with or without a mark at the beginning, and wrote the code page of the PC before.
Private Function Contents(path As String) As String
    Dim number As Integer, row As String, data() As Byte
    If Not FileThere(path) Then Exit Function
    number = FreeFile
    If OnLibreOffice() Then
        Open path For Input As #number
        Do While Not EOF(number)
            Line Input #number, row
            Contents = Contents & row & vbLf
        Loop
    Else
        Open path For Binary Access Read As #number
        If LOF(number) > 0 Then
            ReDim data(LOF(number) - 1)
            Get #number, , data
            Contents = FromUtf8(data)
        End If
    End If
    Close #number
    Contents = Replace(Replace(Contents, vbCrLf, vbLf), vbCr, vbLf)
    Contents = Replace(Contents, ChrW(65279), "")
End Function

' Bytes of UTF-8 as text; what is no UTF-8 is taken for the code page of the PC.
Public Function FromUtf8(data() As Byte) As String
    Dim at As Long, code As Long, more As Long, index As Long, told As String
    at = LBound(data)
    Do While at <= UBound(data)
        code = data(at)
        more = 0
        If code >= 240 Then
            more = 3
            code = code And 7
        ElseIf code >= 224 Then
            more = 2
            code = code And 15
        ElseIf code >= 192 Then
            more = 1
            code = code And 31
        ElseIf code >= 128 Then
            GoTo otherwise
        End If
        If at + more > UBound(data) Then GoTo otherwise
        For index = 1 To more
            If (data(at + index) And 192) <> 128 Then GoTo otherwise
            code = code * 64 + (data(at + index) And 63)
        Next index
        If code > 65535 Then
            told = told & ChrW(55296 + (code - 65536) \ 1024) & ChrW(56320 + (code - 65536) Mod 1024)
        Else
            told = told & ChrW(code)
        End If
        at = at + more + 1
    Loop
    FromUtf8 = told
    Exit Function
otherwise:
    FromUtf8 = StrConv(data, vbUnicode)
End Function

Private Function FileThere(path As String) As Boolean
    If path = "" Then Exit Function
    On Error Resume Next
    FileThere = (Dir(path) <> "")
    If Err.Number <> 0 Then FileThere = False
    On Error GoTo 0
End Function

Private Function Separator() As String
    Separator = IIf(OnWindows(), "\", "/")
End Function

Private Function Quoted(argument As String) As String
    Quoted = Chr(34) & argument & Chr(34)
End Function

Public Sub Say(message As String, icon As Long)
    MsgBox message, icon, Text("title")
End Sub
