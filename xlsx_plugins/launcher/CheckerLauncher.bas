Attribute VB_Name = "CheckerLauncher"
Option Explicit
' Calls the checker program for this workbook and shows its answer.
' Pure ASCII on purpose: what the user reads comes from CheckerTexts. LibreOffice silently runs
' nothing at all when it cannot compile one word: "Base" as a name is such a word.

Private settings(3) As Variant
Private still As Boolean

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
    Dim program As String, command As String, place As String, told As String
    program = FindProgram(ThisWorkbook.Path)
    If program = "" Then
        Say Text("missing"), vbExclamation
        Exit Sub
    End If
    command = Quoted(program) & " button " & action & " --from_xl=1 --launcher=3 "
    If OnLibreOffice() Then
        ' By its path: LibreOffice may have two books of one name open. The program answers by
        ' itself: waiting here would keep LibreOffice from serving it.
        If ThisWorkbook.Path <> "" Then place = ThisWorkbook.Path & Separator()
        Shell command & Quoted("--wb=" & place & ThisWorkbook.Name) & " --app=LibreOffice --hwnd=0", vbHide
        Exit Sub
    End If
    command = command & Quoted("--wb=" & ThisWorkbook.Name)
    If ThisWorkbook.ReadOnly Then command = command & " --read-only"
    If ThisWorkbook.Path = "" Then command = command & " --never-saved"
    On Error GoTo blocked
    HoldStill
    told = Answered(command, Typable(Variable("TEMP")) & Separator() & "checker-" & Format(Now, "yyyymmddhhnnss"))
    LetGo
    ShowAnswer told
    Exit Sub
blocked:
    told = Text("blocked") & vbLf & program & vbLf & Err.Description
    LetGo
    Say told, vbExclamation
End Sub

Private Sub ShowAnswer(told As String)
    If told = "" Then
        Say Text("silent"), vbExclamation
    ElseIf Left(told, 1) = "!" Then
        Say Mid(told, 2) & Unpainted(), vbExclamation
    Else
        Say told & Unpainted(), vbInformation
    End If
End Sub

' The program's answer: to the open book, or, where that cannot be had, to a copy of it.
Private Function Answered(command As String, stem As String) As String
    Dim place As String, told As String
    told = "~"
    If Attachable() Then
        place = Quoted("--app=" & Application.Path & Separator() & "EXCEL.EXE") & " --hwnd=" & Application.Hwnd
        RunHidden command & " " & place & " " & Quoted("--answer=" & stem & ".txt")
        told = AnswerIn(stem & ".txt")
    End If
    If told = "~" Then told = ThroughCopy(command, stem)
    Answered = told
End Function

' Not WPS, whose objects xlwings does not find; not a book on a server, whose local path it does not.
Private Function Attachable() As Boolean
    If InStr(ThisWorkbook.FullName, "://") > 0 Then Exit Function
    Attachable = FileThere(Application.Path & Separator() & "EXCEL.EXE")
End Function

' The second carrier: a copy and a description go in, orders come out and are carried out here.
Private Function ThroughCopy(command As String, stem As String) As String
    Dim copy As String, book As String, orders As String, failure As String, told As String
    copy = stem & CopyEnding()
    book = stem & "-book.txt"
    orders = stem & "-orders.txt"
    ThisWorkbook.SaveCopyAs copy
    failure = Checker_DescribeBook(book)
    If failure = "" Then
        command = command & " " & Quoted("--copy=" & copy) & " " & Quoted("--description=" & book)
        RunHidden command & " " & Quoted("--orders=" & orders) & " " & Quoted("--answer=" & stem & ".txt")
        told = AnswerIn(stem & ".txt")
        If told <> "" And FileThere(orders) Then failure = Checker_Paint(orders, stem & "-done.txt")
    End If
    If failure <> "" Then told = "!" & Text("unpainted") & vbLf & failure
    ThroughCopy = told
    Remove copy
    Remove book
    Remove orders
    Remove stem & "-done.txt"
End Function

' SaveCopyAs keeps the format, whatever the name says.
Private Function CopyEnding() As String
    CopyEnding = ".xlsm"
    If ThisWorkbook.FileFormat = 51 Then CopyEnding = ".xlsx"
    If ThisWorkbook.FileFormat = 50 Then CopyEnding = ".xlsb"
    If ThisWorkbook.FileFormat = 56 Then CopyEnding = ".xls"
End Function

' Run puts in the value of every %NAME%, also in a book's name such as 100%TEMP%.xlsm: a variable
' whose value is the sign itself keeps it.
Private Sub RunHidden(command As String)
    Dim host As Object
    Set host = CreateObject("WScript.Shell")
    host.Environment("PROCESS").Item("PERCENT_SIGN_OF_CHECKER") = "%"
    host.Run Replace(command, "%", "%PERCENT_SIGN_OF_CHECKER%"), 0, True
End Sub

Private Sub Remove(path As String)
    If FileThere(path) Then Kill path
End Sub

' What the program must not leave changed, since it may be ended at any moment: it is kept here, and
' given back by LetGo. A book that calculates by hand is calculated, so that verdicts hold.
Public Sub HoldStill()
    On Error Resume Next
    Application.EnableCancelKey = 0
    If Not still Then
        settings(0) = Application.ScreenUpdating
        settings(1) = Application.EnableEvents
        settings(2) = Application.DisplayAlerts
        settings(3) = Application.Calculation
    End If
    still = True
    If settings(3) = -4135 Then Application.Calculate
    Application.StatusBar = Text("working")
    Application.ScreenUpdating = False
    Application.EnableEvents = False
    Application.DisplayAlerts = False
    Application.Calculation = -4135
End Sub

Public Sub LetGo()
    On Error Resume Next
    If still Then
        Application.Calculation = settings(3)
        Application.DisplayAlerts = settings(2)
        Application.EnableEvents = settings(1)
        Application.ScreenUpdating = settings(0)
    End If
    still = False
    Application.StatusBar = False
    Application.EnableCancelKey = 1
End Sub

' All of an answer file, decoded; empty when the program left none. The file is deleted.
Private Function AnswerIn(path As String) As String
    AnswerIn = Decoded(Contents(path))
    If AnswerIn = "" Then Exit Function
    Kill path
    AnswerIn = Left(AnswerIn, Len(AnswerIn) - 1)
End Function

' Where the program is: environment variable, the per-user folder of the installer, checker.ini
' beside the workbook, PATH. Empty when nowhere. What is installed comes before what lies beside a
' workbook: a workbook that is sent around must not bring its own program.
Public Function FindProgram(folder As String) As String
    Dim place As Variant
    FindProgram = Variable("CHECKER_PROGRAM")
    If FileThere(FindProgram) Then Exit Function
    If OnWindows() Then
        FindProgram = Variable("LOCALAPPDATA") & "\checker\checker.exe"
    Else
        FindProgram = Variable("HOME") & "/.local/share/checker/checker"
    End If
    If FileThere(FindProgram) Then Exit Function
    FindProgram = FromSettings(folder)
    If FileThere(FindProgram) Then Exit Function
    For Each place In Split(Variable("PATH"), IIf(OnWindows(), ";", ":"))
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

' The text of a file, whatever ends its lines; empty when there is none. Notepad writes UTF-8,
' with or without a mark at the beginning, UTF-16 ("Unicode"), or the code page of the PC.
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
        Open Typable(path) For Binary Access Read As #number
        If LOF(number) > 0 Then
            ReDim data(LOF(number) - 1)
            Get #number, , data
            Contents = FromBytes(data)
        End If
    End If
    Close #number
    Contents = Replace(Replace(Contents, vbCrLf, vbLf), vbCr, vbLf)
    Contents = Replace(Contents, ChrW(65279), "")
End Function

' Bytes as text: of UTF-16 if they begin with its mark, else of UTF-8 or the code page.
Public Function FromBytes(data() As Byte) As String
    Dim at As Long, high As Long
    If UBound(data) > 0 Then
        If data(0) = 255 And data(1) = 254 Then high = 1
        If data(0) = 254 And data(1) = 255 Then high = -1
    End If
    If high = 0 Then
        FromBytes = FromUtf8(data)
        Exit Function
    End If
    For at = 2 To UBound(data) - 1 Step 2
        If high = 1 Then
            FromBytes = FromBytes & ChrW(data(at) + 256& * data(at + 1))
        Else
            FromBytes = FromBytes & ChrW(data(at + 1) + 256& * data(at))
        End If
    Next at
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

' Excel's Environ, Dir and Open know only the characters of the PC's code page, and a person may
' have a name that it lacks. What Windows itself offers to scripts knows all.
Private Function FileThere(path As String) As Boolean
    If path = "" Then Exit Function
    On Error Resume Next
    FileThere = (Dir(path) <> "")
    If Err.Number <> 0 Then FileThere = False
    Err.Clear
    If Not FileThere And Narrow() Then FileThere = CreateObject("Scripting.FileSystemObject").FileExists(path)
    If Err.Number <> 0 Then FileThere = False
    On Error GoTo 0
End Function

Private Function Narrow() As Boolean
    Narrow = OnWindows() And Not OnLibreOffice()
End Function

Private Function Variable(title As String) As String
    Dim told As String
    Variable = Environ(title)
    If Not Narrow() Then Exit Function
    On Error Resume Next
    told = CreateObject("WScript.Shell").ExpandEnvironmentStrings("%" & title & "%")
    On Error GoTo 0
    If told <> "" And told <> "%" & title & "%" Then Variable = told
End Function

' A place as Open can take it: its short name, which Windows keeps in plain letters. Where there is
' none it stays as it is.
Private Function Typable(place As String) As String
    Dim files As Object, brief As String
    Typable = place
    If Not Narrow() Then Exit Function
    On Error Resume Next
    Set files = CreateObject("Scripting.FileSystemObject")
    If files.FolderExists(place) Then brief = files.GetFolder(place).ShortPath
    If files.FileExists(place) Then brief = files.GetFile(place).ShortPath
    On Error GoTo 0
    If brief <> "" Then Typable = brief
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
