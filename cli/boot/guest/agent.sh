#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vmspec-boot's part inside the guest. It stands on the seed disk beside `plan` (once or full),
# `profile`, `plug` (the marks of what is plugged in) and tools/ (vmspec-verify), is started once in every boot,
# counts the boots on the guest's own disk, and tells each step as a line
#	vmspec-boot: BOOT WORD [ARGUMENT...]
# through the virtio-serial port org.vmspec.verdict; where there is no such port, on the console,
# documents then as `part` lines in base64 before the word that they belong to.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
seed=${0%/*}
keep=/var/lib/vmspec-boot
port=/dev/virtio-ports/org.vmspec.verdict
out=/run/vmspec-boot.out

mkdir /run/vmspec-boot.once 2> /dev/null || exit 0

nap()
{
	sleep 0.2 2> /dev/null || sleep 1
}

say()
{
	printf 'vmspec-boot: %s %s\n' "$n" "$*" >&3
}

# say_document WORD: what stands in $out goes with it
say_document()
{
	if [ "$by" = port ]; then
		{ printf 'vmspec-boot: %s %s ' "$n" "$1"; tr -d '\n' < $out; echo; } >&3
	else
		tr -d '\n' < $out | base64 -w 512 | while read -r part || [ -n "$part" ]; do say "part $part"; done
		say "$1"
	fi
}

# Is there a disk with the plugged one's serial number, or, where disks have none, its size? Its name
# in $found.
find_blk()
{
	for d in /sys/block/*; do
		if [ -r "$d/serial" ]; then
			[ "$(tr -d '\0 \n' < "$d/serial")" = "$plug_serial" ] || continue
		else
			[ "$(cat "$d/size" 2> /dev/null)" = "$plug_sectors" ] || continue
		fi
		found=${d##*/}
		return 0
	done
	return 1
}

find_net()
{
	for f in /sys/class/net/*/address; do
		[ -r "$f" ] && [ "$(cat "$f")" = "$plug_mac" ] || continue
		found=${f%/address}
		found=${found##*/}
		return 0
	done
	return 1
}

# The host plugs when it hears `ready`, and unplugs what it hears to have come. It is told of every 25th look, five
# seconds and more of the guest's own time.
hotplug()
{
	. "$seed/plug"
	blk=want net=want looks=0
	say hotplug ready
	while [ "$blk$net" != gonegone ]; do
		case $blk in
		want) if find_blk; then blk=here; say "hotplug blk add $found"; fi ;;
		here) if ! find_blk; then blk=gone; say hotplug blk remove; fi ;;
		esac
		case $net in
		want) if find_net; then net=here; say "hotplug net add $found"; fi ;;
		here) if ! find_net; then net=gone; say hotplug net remove; fi ;;
		esac
		nap
		looks=$((looks + 1))
		[ $((looks % 25)) != 0 ] || say hotplug looked
	done
}

persistence()
{
	$tool --persistence "$1" --state-dir $keep --json > $out 2> /run/vmspec-boot.err
	say_document "$1"
}

verdict()
{
	$tool --profile "$(cat "$seed/profile")" --format jsonl --write --state-dir $keep > $out 2> /run/vmspec-boot.err
	say_document verdict
}

restart()
{
	say "$1"
	sync
	"$1" || systemctl "$1" || busybox "$1" -f
	exit 0
}

[ -d $keep ] || (umask 077; mkdir -p $keep)
n=$(cat $keep/boots 2> /dev/null)
n=$((${n:-0} + 1))
echo $n > $keep/boots
sync

i=0
until [ -e $port ] || [ $i -ge 50 ]; do
	i=$((i + 1))
	nap
done
if [ -e $port ]; then
	by=port
	exec 3> $port
else
	by=console
	echo '1 4 1 7' > /proc/sys/kernel/printk # or the kernel's lines would cut ours in two
	exec 3> /dev/console
fi
say "begin $by"

# An installed vmspec has a cycle of its own: there is one variable for both.
if [ $n = 1 ] && [ -e /usr/lib/systemd/system/vmspec-persistence.service ]; then
	systemctl disable --now vmspecd.service vmspec-persistence.service > /dev/null 2>&1
	vmspec-verify --persistence disarm > /dev/null 2>&1
fi
if [ -e "$seed/tools/vmspec-verify" ]; then
	tool=$seed/tools/vmspec-verify
elif command -v vmspec-verify > /dev/null; then
	tool=vmspec-verify
else
	say no-tool
	restart poweroff
fi
if ! said=$($tool --version 2>&1); then
	say "no-tool $(echo "$said" | head -n 1)"
	restart poweroff
fi

case $n in
1)
	verdict
	[ "$(cat "$seed/plan")" = full ] || restart poweroff
	persistence arm
	restart reboot
	;;
2)
	persistence check
	verdict
	persistence arm
	restart poweroff
	;;
*)
	persistence check
	hotplug
	say done
	;;
esac
