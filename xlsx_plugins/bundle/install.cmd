@echo off
setlocal
chcp 65001 >nul
rem Copies the program into the user's own folder; no administrator rights. What works stays until
rem the new one has been tried: check, copy beside, try, swap. Ends with 0 only when it is installed.
set "SOURCE=%~dp0"
set "TARGET=%LOCALAPPDATA%\checker"
set "NEW=%LOCALAPPDATA%\checker.new"
set "OLD=%LOCALAPPDATA%\checker.old"
if not exist "%SOURCE%checker.exe" goto inzip
if not exist "%SOURCE%_internal" goto inzip
if /i "%SOURCE%"=="%TARGET%\" goto itself
for /f "delims=" %%v in ('ver') do set "SYSTEM=%%v"
if not "%SYSTEM: 6.=%"=="%SYSTEM%" goto windows
if /i "%PROCESSOR_ARCHITECTURE%"=="x86" if not defined PROCESSOR_ARCHITEW6432 goto windows
echo 正在安装校验程序到 %TARGET% ...
if exist "%NEW%" rmdir /s /q "%NEW%"
if exist "%NEW%" goto busy
xcopy "%SOURCE%*" "%NEW%\" /e /i /q /y /h >nul
if errorlevel 1 goto copying
"%NEW%\checker.exe" --version
if errorlevel 1 goto starting
if exist "%OLD%" rmdir /s /q "%OLD%"
if exist "%OLD%" goto busy
if exist "%TARGET%" move "%TARGET%" "%OLD%" >nul
if exist "%TARGET%" goto busy
move "%NEW%" "%TARGET%" >nul
if not exist "%TARGET%\checker.exe" goto back
if exist "%OLD%" rmdir /s /q "%OLD%"
powershell -NoProfile -Command "Get-ChildItem -Recurse -LiteralPath ($env:LOCALAPPDATA+'\checker') | Unblock-File; $s=(New-Object -ComObject WScript.Shell).CreateShortcut([Environment]::GetFolderPath('Desktop')+'\校验.lnk'); $s.TargetPath=$env:LOCALAPPDATA+'\checker\checker-open.exe'; $s.Save()"
if errorlevel 1 echo 桌面上没有能够放“校验”图标；按钮不受影响。
rem The doctor also reads rules and forms once, which makes the first click as fast as all others.
"%TARGET%\checker.exe" doctor
if errorlevel 1 echo 上面写着“缺少”的，按钮要用到；不用按钮时不影响校验。
echo.
echo 安装完成。打开填报表，点“校验”按钮即可；也可以把填报表拖到桌面的“校验”图标上。
set "RESULT=0"
goto end
:inzip
echo 没有安装，已有的程序没有动：这个文件夹里没有校验程序。
echo 多半是直接在压缩包里双击了“安装”。请先把整个压缩包解压出来，再双击解压后的 install.cmd。
set "RESULT=2"
goto end
:itself
echo 这里就是安装好的程序，不用再安装。要换新的，请运行新安装包里的 install.cmd。
set "RESULT=0"
goto end
:windows
echo 没有安装：这台电脑是 Windows 7、8 或 32 位的 Windows，本程序要 64 位的 Windows 10 以上。
echo 请改用县里发的 校验.html：用火狐 115 以上的浏览器打开，把填报表拖进去；或者换一台电脑。
set "RESULT=2"
goto end
:busy
echo 没有安装，已有的程序没有动：旧的程序正在用着。请关闭 Excel 和“校验”的窗口再试。
if exist "%NEW%" rmdir /s /q "%NEW%"
set "RESULT=1"
goto end
:copying
echo 没有安装，已有的程序没有动：复制文件时出错，可能是磁盘满了，或被杀毒软件拦住了。
if exist "%NEW%" rmdir /s /q "%NEW%"
set "RESULT=1"
goto end
:starting
echo 没有安装，已有的程序没有动：新的程序启动不了，可能被杀毒软件或管理员的策略拦住了。
echo 请把本窗口的内容发给县级技术人员。
if exist "%NEW%" rmdir /s /q "%NEW%"
set "RESULT=1"
goto end
:back
if exist "%OLD%" move "%OLD%" "%TARGET%" >nul
echo 没有安装：换上新程序时出错，已经换回原来的。请关闭 Excel 再试。
set "RESULT=1"
:end
if /i not "%~1"=="/q" pause
exit /b %RESULT%
