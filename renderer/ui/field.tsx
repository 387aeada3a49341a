import type { ReactElement, ReactNode } from 'react';
import { FieldError, Input, Label, NumberField, SearchField as AriaSearchField, Text, TextArea, TextField as AriaTextField } from 'react-aria-components';

interface Shared {
  readonly label: string;
  /** Read aloud only: where the place already says what the field is. */
  readonly isLabelHidden?: boolean;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly isDisabled?: boolean;
  readonly className?: string;
}

export function TextField({
  value,
  onChange,
  onSubmit,
  placeholder,
  isMultiline = false,
  rows = 4,
  type = 'text',
  ...shared
}: Shared & {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onSubmit?: (() => void) | undefined;
  readonly placeholder?: string;
  readonly isMultiline?: boolean;
  readonly rows?: number;
  readonly type?: 'text' | 'password';
}): ReactElement {
  return (
    <AriaTextField
      className={`field ${shared.className ?? ''}`}
      value={value}
      onChange={onChange}
      type={type}
      isDisabled={shared.isDisabled ?? false}
      isInvalid={shared.error !== undefined}
      aria-label={shared.isLabelHidden === true ? shared.label : undefined}
    >
      <FieldLabel {...shared} />
      {isMultiline ? (
        <TextArea className="input" rows={rows} placeholder={placeholder} spellCheck={false} />
      ) : (
        <Input
          className="input"
          placeholder={placeholder}
          spellCheck={false}
          autoComplete="off"
          onKeyDown={(event) => {
            if (event.key === 'Enter' && onSubmit !== undefined && !event.ctrlKey && !event.metaKey) onSubmit();
          }}
        />
      )}
      <FieldNotes {...shared} />
    </AriaTextField>
  );
}

export function SearchField({ value, onChange, placeholder, ...shared }: Shared & { readonly value: string; readonly onChange: (value: string) => void; readonly placeholder?: string }): ReactElement {
  return (
    <AriaSearchField className={`field ${shared.className ?? ''}`} value={value} onChange={onChange} aria-label={shared.isLabelHidden === true ? shared.label : undefined}>
      <FieldLabel {...shared} />
      <Input className="input" placeholder={placeholder} />
      <FieldNotes {...shared} />
    </AriaSearchField>
  );
}

export function NumberInput({
  value,
  onChange,
  minValue,
  maxValue,
  step,
  format,
  isInline = false,
  ...shared
}: Shared & {
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
  readonly minValue?: number;
  readonly maxValue?: number;
  readonly step?: number;
  readonly format?: Intl.NumberFormatOptions;
  readonly isInline?: boolean;
}): ReactElement {
  return (
    <NumberField
      className={`field ${isInline ? 'inline' : ''} ${shared.className ?? ''}`}
      value={value ?? Number.NaN}
      onChange={(next) => onChange(Number.isNaN(next) ? undefined : next)}
      minValue={minValue}
      maxValue={maxValue}
      step={step}
      formatOptions={format}
      isDisabled={shared.isDisabled ?? false}
      isInvalid={shared.error !== undefined}
      aria-label={shared.isLabelHidden === true ? shared.label : undefined}
    >
      <FieldLabel {...shared} />
      <div className="number-group">
        <Input className="input" />
      </div>
      <FieldNotes {...shared} />
    </NumberField>
  );
}

function FieldLabel({ label, isLabelHidden = false }: Shared): ReactElement | null {
  return isLabelHidden ? null : <Label className="field-label">{label}</Label>;
}

function FieldNotes({ hint, error }: Shared): ReactElement | null {
  if (error !== undefined) return <FieldError className="field-error">{error}</FieldError>;
  if (hint === undefined) return null;
  return (
    <Text slot="description" className="field-hint">
      {hint}
    </Text>
  );
}
