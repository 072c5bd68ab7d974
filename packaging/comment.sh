#!/bin/sh
# Markdown with a picture of each workflow that differs between a commit and the working tree; nothing if none does.
# With events also what each change would have done with them.
#
#     comment.sh BASE [FOLDER [EVENTS]]
set -eu
base=$1
folder=${2:-.}
events=${3:-}
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
mkdir "$made/before"

# The whole tree as it was, for files import each other.
top=$(git rev-parse --show-toplevel)
git -C "$top" archive "$base" | tar -x -C "$made/before"
inside=$(git -C "$folder" rev-parse --show-prefix)

git -C "$folder" -c core.quotePath=false diff --name-only --relative --diff-filter=d "$base" -- '*.mwf' > "$made/changed"
while IFS= read -r file; do
    old=$made/before/$inside$file
    if [ -e "$old" ]; then
        mispflow diff --as mermaid "$old" "$folder/$file" > "$made/picture" 2> "$made/said" || :
    else
        mispflow graph --as mermaid "$folder/$file" > "$made/picture" 2> "$made/said" || :
    fi
    printf '\n<details open><summary><code>%s</code></summary>\n\n' "$file"
    if [ -s "$made/picture" ]; then
        printf '%s\n' '````mermaid'
        cat "$made/picture"
    else
        # Such as a file with several workflows, or with errors.
        # Four, for an excerpt may hold three.
        printf '%s\n' '````text'
        cat "$made/said"
    fi
    printf '%s\n' '````'
    if [ -n "$events" ] && [ -e "$old" ]; then
        mispflow diff "$old" "$folder/$file" --event "$events" > "$made/differs" 2> "$made/said" || :
        sed -n '/replayed on [0-9]* event/,$p' "$made/differs" > "$made/replayed"
        # What kept it from being replayed, such as an event that cannot be read.
        [ -s "$made/replayed" ] || cat "$made/said" > "$made/replayed"
        printf '\n%s\n' '````text'
        cat "$made/replayed"
        printf '%s\n' '````'
    fi
    printf '\n</details>\n'
done < "$made/changed" > "$made/all"
[ -s "$made/all" ] || exit 0
printf '### Workflows that change\n'
cat "$made/all"
