#compdef vmspec-boot
# SPDX-License-Identifier: GPL-2.0-or-later
# zsh completion of vmspec-boot; options, words and check IDs come from the
# program's own --help and --list.

# What --help says that an option takes: "(default), two, three" up to the next option.
_vmspec_words() {
	$1 --help 2>/dev/null | sed -n "/ --$2 /,/ --/{/ --$2 /{s/^.*  //p;d};/ --/!p}" |
		tr -d ',' | sed 's/(default)//' | tr -s ' ' '\n' | grep -E '^[a-z]+([0-9.-]+[0-9.]*)?$'
}

_vmspec_ids() {
	local -a ids
	local i profile=vmspec-2.0
	for ((i = 1; i < CURRENT; i++)); do
		[[ $words[i] == (-p|--profile) ]] && profile=$words[i+1]
	done
	ids=(${(f)"$(vmspec-verify --list --format lines --profile $profile 2>/dev/null)"})
	compadd "$@" -M 'm:{a-z}={A-Z} l:|=*' -- $ids
}

_vmspec() {
	local program=$words[1] option=$words[CURRENT-1] i
	local -a options
	case $option in
	--profile|-p) compadd -- ${(M)${(f)"$(_vmspec_words $program profile)"}:#*-[0-9.]*}; return ;;
	--format) compadd -- ${(f)"$(_vmspec_words $program format)"}; return ;;
	--explain|--check) _vmspec_ids; return ;;
	--waive) _vmspec_ids -S '=' ; return ;;
	--persistence) compadd -- arm check status disarm; return ;;
	--arch) compadd -- aarch64 aarch32 auto; return ;;
	--accel) compadd -- auto kvm tcg; return ;;
	--root|--record|--state-dir|--keep|--guest-tools) _files -/; return ;;
	--image|-i|--from|--join|--diff|--output|-o|--waivers|--files-from|--firmware|-f|--vars|--qemu|-q)
		[[ $program != *verify || $option != -q ]] && { _files; return } ;;
	esac
	if [[ $words[CURRENT] != -* ]]; then
		# further files go on after these
		for ((i = 2; i < CURRENT; i++)); do
			[[ $words[i] == (-i|--image|--from|--join|--diff) ]] && { _files; return }
		done
	fi
	options=(${(f)"$($program --help 2>/dev/null | grep -oE '^ +(-[a-zA-Z], )?--[a-z0-9-]+' | grep -oE -- '--?[a-zA-Z][a-z0-9-]*')"})
	compadd -- $options
}

_vmspec "$@"
