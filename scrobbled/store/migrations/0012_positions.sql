-- A position is named by its item: the number it had besides is read by nobody.

alter table playback drop column id;
