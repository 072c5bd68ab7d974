#!/bin/sh
# Markdown with a picture of each workflow that differs between a commit and the working tree.
#
#     comment.sh BASE [FOLDER]
set -eu
base=$1
folder=${2:-.}
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT

# The whole tree as it was, for files import each other.
git archive "$base" | tar -x -C "$before"
prefix=$(git rev-parse --show-prefix)

changed=$(git -C "$folder" diff --name-only --relative --diff-filter=d "$base" -- '*.mwf')
[ -n "$changed" ] || exit 0
printf '### Workflows that change\n'
printf '%s\n' "$changed" | while IFS= read -r file; do
    new=$folder/$file
    old=$before/$prefix$folder/$file
    if [ -e "$old" ]; then
        picture=$(mispflow diff --as mermaid "$old" "$new" 2>/dev/null) || continue
    else
        picture=$(mispflow graph --as mermaid "$new" 2>/dev/null) || continue
    fi
    printf '\n<details open><summary><code>%s</code></summary>\n\n```mermaid\n%s\n```\n\n</details>\n' "$file" "$picture"
done
