@echo off
setlocal
chcp 65001 >nul
rem Takes away what install.cmd and "checker button install" put there. Workbooks are not touched.
rem A batch file cannot delete its own folder, so it goes on as a copy.
if /i "%~dp0"=="%LOCALAPPDATA%\checker\" (
    copy /y "%~f0" "%TEMP%\checker-uninstall.cmd" >nul
    cd /d "%TEMP%"
    "%TEMP%\checker-uninstall.cmd" %*
)
set "TARGET=%LOCALAPPDATA%\checker"
if exist "%TARGET%" rmdir /s /q "%TARGET%"
if exist "%TARGET%" goto busy
reg delete HKCU\Environment /v CHECKER_PROGRAM /f >nul 2>nul
powershell -NoProfile -Command "$p=[Environment]::GetFolderPath('Desktop')+'\校验.lnk'; if (Test-Path -LiteralPath $p) { Remove-Item -LiteralPath $p }"
if errorlevel 1 echo 桌面上的“校验”图标请自己删除。
echo 校验程序已经卸载。填报表没有动；里面的标记可以在有程序的电脑上点“清除”。
set "RESULT=0"
goto end
:busy
echo 没有卸载干净：程序正在用着。请关闭 Excel 和“校验”的窗口再试。
set "RESULT=1"
:end
if /i not "%~1"=="/q" pause
exit /b %RESULT%
