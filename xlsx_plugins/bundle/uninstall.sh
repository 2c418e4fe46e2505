#!/bin/sh
# Takes away what install.sh and "checker button install" put there. Workbooks are not touched.
set -eu
rm -rf "$HOME/.local/share/checker"
rm -f "$HOME/.local/share/applications/checker-open.desktop"
desktop=$(xdg-user-dir DESKTOP 2>/dev/null || echo "$HOME/Desktop")
rm -f "$desktop/校验.desktop"
echo "校验程序已经卸载，填报表没有动。"
