@echo off
chcp 65001 >nul
rem Copies the program into the user's own folder; no administrator rights, no registry. The doctor
rem also reads rules and forms once, which makes the first click as fast as all others.
set "TARGET=%LOCALAPPDATA%\checker"
echo 正在安装校验程序到 %TARGET% ...
if exist "%TARGET%\checker.exe" rmdir /s /q "%TARGET%"
xcopy /e /i /q /y "%~dp0." "%TARGET%" >nul
if errorlevel 1 goto failed
powershell -NoProfile -Command "Get-ChildItem -Recurse -LiteralPath $env:LOCALAPPDATA\checker | Unblock-File; $s=(New-Object -ComObject WScript.Shell).CreateShortcut([Environment]::GetFolderPath('Desktop')+'\校验.lnk'); $s.TargetPath=$env:LOCALAPPDATA+'\checker\checker-open.exe'; $s.Save()" 2>nul
"%TARGET%\checker.exe" --version >nul
if errorlevel 1 goto failed
"%TARGET%\checker.exe" doctor
if errorlevel 1 echo 上面写着“缺少”的，按钮要用到；不用按钮时不影响校验。
echo.
echo 安装完成。打开填报表，点“校验”按钮即可；也可以把填报表拖到桌面的“校验”图标上。
pause
exit /b 0
:failed
echo.
echo 没有安装成功。请关闭 Excel 后再试；如果还是不行，请把本窗口的内容发给县级技术人员。
pause
exit /b 1
