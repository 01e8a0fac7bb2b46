# What tm-menu shows of the documents that tmctl prints (tmctl-json(5)).

# The same as tmctl finds invisible (Default_Ignorable_Code_Point, separators).
def is_invisible: . == 173 or . == 847 or . == 1564
  or . == 4447 or . == 4448 or . == 6068 or . == 6069
  or (. >= 6155 and . <= 6159)
  or (. >= 8203 and . <= 8207) or (. >= 8232 and . <= 8238)
  or (. >= 8288 and . <= 8303) or . == 12644 or . == 65279 or . == 65440
  or (. >= 65520 and . <= 65531) or (. >= 113824 and . <= 113827)
  or (. >= 119155 and . <= 119162) or (. >= 917504 and . <= 921599);

# A text of other people without anything that steers a terminal or hides text.
def harmless(keep_lines): explode | map(
  if . == 9 then 32, 32, 32, 32
  elif . == 10 then if keep_lines then . else 32 end
  elif . == 13 and keep_lines then empty
  elif . < 32 or (. >= 127 and . < 160) or is_invisible then 65533
  else . end) | implode;
def line: harmless(false);
# The same, cut: a window takes a second for 100,000 characters and a minute for
# a million.
def excerpt: if .[2000:] == "" then line else (.[:2000] | line) + "…" end;

# Columns of a character, too many rather than too few: a window cuts rows that
# are too wide without a sign of it.
def columns:
  if . < 4352 or (. >= 7680 and . < 8960) then 1 else 2 end;

# A harmless text, cut to so many columns.
def fit($width): .[:$width + 1] |
  [foreach explode[] as $c ({end: 0}; {$c, end: (.end + ($c | columns))})] |
  if (last.end // 0) <= $width then map(.c) | implode
  else (map(select(.end < $width).c) | implode) + "…" end;

def names: join(", ");

# The ids and rows of a tray's messages, in turn, in so many columns.
def rows($columns): .box as $box |
  ([.messages[].id] | max // 0 | tostring | length) as $id |
  ($columns - $id - 18) as $room |
  (.messages | map(.peer = if $box == "inbox" then .from else .to | names end)) |
  ([$room / 3, (map(.peer | length) | max // 1)] | min | floor) as $peer |
  .[] | .id,
    "\(if .read then "✓" else "-" end) " +
    "\((.peer | fit($peer)) + " " * $peer | .[:$peer])  " +
    (.subject[:$room] | line | fit($room - $peer));

# A message for its reader; $text has the words and the time of sending.
def message($text; $limit):
  def field($name): "\($name): \(excerpt)";
  (.id | tostring | field($text.id)),
  (.from | field($text.from)),
  (.to | names | field($text.to)),
  ($text.sent | field($text.date)),
  (.subject | field($text.subject)),
  (.labels | to_entries[] | .key as $key | .value | field($key | line)),
  (.recipients // empty | map(select(.read_at).user) |
    if . == [] then $text.nobody else names end | field($text.readers)),
  (.attachments | select(. != []) | map(.name) | names | field($text.attached)),
  "",
  if .body_base64 then $text.binary
  else (.body[:$limit] | harmless(true)),
    (select(.body[$limit:] != "") | "", $text.cut) end;
