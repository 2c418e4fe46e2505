#!/bin/sh
# Copies the program into the user's own folder, where the buttons look for it, and puts an icon on
# the desktop and into the menu, on which workbooks can be dropped.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target="$HOME/.local/share/checker"
if [ "$here" = "$target" ]; then
    echo "程序已经在 $target 里，不用再复制。"
else
    # What works stays until the new one has been tried: check, copy beside, try, swap.
    if [ ! -x "$here/checker" ]; then
        echo "没有安装，已有的程序没有动：这个文件夹里没有校验程序。请先把整个压缩包解压出来。" >&2
        exit 2
    fi
    echo "正在安装校验程序到 $target ..."
    rm -rf "$target.new"
    mkdir -p "$target.new"
    cp -R "$here/." "$target.new/"
    "$target.new/checker" --version
    rm -rf "$target.old"
    if [ -e "$target" ] || [ -L "$target" ]; then mv "$target" "$target.old"; fi
    mv "$target.new" "$target"
    rm -rf "$target.old"
fi
menu="$HOME/.local/share/applications"
mkdir -p "$menu"
cat > "$menu/checker-open.desktop" <<END
[Desktop Entry]
Type=Application
Name=校验
Comment=把填报表拖到这里校验
Exec="$target/checker-open" %F
Terminal=false
Categories=Office;
MimeType=application/vnd.openxmlformats-officedocument.spreadsheetml.sheet;application/vnd.ms-excel.sheet.macroEnabled.12;
END
chmod +x "$menu/checker-open.desktop"
desktop=$(xdg-user-dir DESKTOP 2>/dev/null || echo "$HOME/Desktop")
if [ -d "$desktop" ] && [ "$desktop" != "$HOME" ]; then
    cp "$menu/checker-open.desktop" "$desktop/校验.desktop"
    chmod +x "$desktop/校验.desktop"
    echo "桌面上有了“校验”图标（第一次使用时，有的桌面要在图标上点右键，选“允许启动”）。"
else
    echo "没有找到桌面文件夹，“校验”在程序菜单里。"
fi
"$target/checker" doctor || echo "上面写着“缺少”的，按钮要用到；不用按钮时不影响校验。"
echo "安装完成。打开填报表，点“校验”按钮即可。"
