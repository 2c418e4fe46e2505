#!/bin/sh
# Copies the program into the user's own folder, where the buttons look for it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target="$HOME/.local/share/checker"
echo "正在安装校验程序到 $target ..."
rm -rf "$target"
mkdir -p "$target"
cp -R "$here/." "$target/"
"$target/checker" doctor
echo "安装完成。打开填报表，点“校验”按钮即可。"
