#!/usr/bin/env bash
# What tm-menu shows its windows with: texts in the person's language, whiptail.
# Needs parts (this folder), terminal (a descriptor), scratch (a folder) and
# MIN_ROWS.
# shellcheck disable=SC2034

# --- Languages: texts are written in English where they are used ---

declare -A TEXTS=()

# Reads the texts of the first language that is known here: LANGUAGE's, where
# the locale is not C, then the locale's. It must come before LC_ALL is changed.
choose_language() {
  local locale=${LC_ALL:-${LC_MESSAGES:-${LANG:-C}}} name
  local languages=${LANGUAGE-}
  [[ $locale != @(C|POSIX|C.*) ]] || return 0
  for name in ${languages//:/ } "$locale"; do
    name=${name%%[_.@]*}
    [[ $name != en ]] || return 0
    [[ $name =~ ^[a-z]{2,3}$ ]] || continue
    if [[ -r $parts/$name.bash ]]; then
      # shellcheck source=scripts/tm-menu.d/es.bash
      . "$parts/$name.bash"
      return
    fi
  done
}

# t TEXT [VALUE...]: prints it as printf does, in the person's language.
t() {
  local format=${TEXTS[$1]-$1}
  shift
  # shellcheck disable=SC2059  # every format is one of ours
  printf "$format" "$@"
}

# fail EXIT TEXT [VALUE...]: ends with one sentence on stderr.
fail() {
  local exit=$1
  shift
  printf 'tm-menu: %s\n' "$(t "$@")" >&2
  exit "$exit"
}

# --- Windows: each prints its answer; 1 or 255 (Esc) where it is cancelled ---

# Sets rows, columns (what a window makes use of) and small, the width of a
# window for short texts.
measure() {
  read -r rows columns < <(stty size <&"$terminal")
  if [[ $rows -eq 0 ]]; then rows=24 columns=80; fi # a serial line
  if [[ $columns -gt 200 ]]; then columns=200; fi
  small=$((columns < 68 ? columns - 4 : 64))
}

window() {
  whiptail --backtitle TurboMessage --output-fd 3 "$@" \
    3>&1 >&"$terminal" <&"$terminal"
}

# lines_of WIDTH: how many lines the text on stdin takes at most in a window.
lines_of() { fold -s -w $(($1 - 6)) | wc -l; }

# menu KIND CANCEL TITLE TEXT DEFAULT TAG ITEM [TAG ITEM...]: prints a tag. KIND
# is choices, found by their first letters, or rows, with their tags in sight.
menu() {
  local kind=$1 cancel=$2 title=$3 text=$4 default=$5 lines list
  local width=$small tags=(--notags)
  shift 5
  if [[ $kind == rows ]]; then width=$((columns - 4)) tags=(); fi
  lines=$(lines_of "$width" <<<"$text")
  # Where the list would be pushed out, but for terminals that shrank.
  if [[ $lines -gt $((rows - 12)) && $rows -ge $MIN_ROWS ]]; then
    tell "$text"
    text='' lines=1
  fi
  list=$((rows - lines - 9))
  if [[ $list -gt $(($# / 2)) ]]; then list=$(($# / 2)); fi
  if [[ $list -lt 1 ]]; then list=1; fi
  window --title " $title " --ok-button "$(t OK)" --cancel-button "$cancel" \
    --default-item "$default" "${tags[@]}" --menu -- "$text" \
    $((list + lines + 7)) "$width" "$list" "$@"
}

# ask KIND TITLE TEXT [VALUE]: a line; KIND is inputbox or passwordbox.
ask() {
  window --title " $2 " --ok-button "$(t OK)" --cancel-button "$(t Cancel)" \
    "--$1" -- "$3" 10 "$small" "${4-}"
}

sure() {
  window --title ' TurboMessage ' --defaultno --yes-button "$(t Yes)" \
    --no-button "$(t No)" --yesno -- "$1" 8 "$small"
}

# show TITLE FILE WIDTH: until it is left. Where the text scrolls it has the focus,
# and Enter does nothing: the title tells the keys. whiptail would break lines at
# each "\n", so a word joiner goes in between.
show() {
  local title=$1 height scroll=()
  sed -i $'s/\\\\n/\\\\\xe2\x81\xa0n/g' "$2"
  height=$(($(lines_of "$3" <"$2") + 6))
  if [[ $height -gt $((rows - 2)) ]]; then
    height=$((rows - 2))
    title+=' (↑ ↓ Esc)'
    scroll=(--scrolltext)
  fi
  window --title " $title " --ok-button "$(t OK)" "${scroll[@]}" \
    --textbox -- "$2" "$height" "$3" || true
}

tell() {
  printf '%s\n' "$1" >"$scratch/told"
  measure
  show TurboMessage "$scratch/told" "$small"
}
