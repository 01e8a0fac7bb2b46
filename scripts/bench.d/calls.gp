# calls.dat in `folder` -> rate.svg and p99.svg there.
set terminal svg size 900,600 background "white"
set logscale x 2
set logscale y
set key outside
set grid
set xlabel "outstanding calls"
file = folder . "/calls.dat"
stats file using 1 nooutput
blocks = STATS_blocks  # the last is empty

set output folder . "/rate.svg"
set ylabel "calls/s"
plot for [i=0:blocks-2] file index i using 1:2 with linespoints title columnheader(1)

set output folder . "/p99.svg"
set ylabel "p99, ms"
plot for [i=0:blocks-2] file index i using 1:3 with linespoints title columnheader(1)
